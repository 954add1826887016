-- Where the S3 sinks write, as Snowflake sees it: one JSON object a line.
create file format if not exists json_lines
  type = json
  strip_outer_array = false;

create stage if not exists api_ext_stage
  url = 's3://snowflake-data-practice-bucket/topics/clickstream-http-data/'
  storage_integration = s3_pipeline_integration
  file_format = (format_name = 'json_lines');

create stage if not exists logs_ext_stage
  url = 's3://snowflake-data-practice-bucket/topics/temp_sql.sales.orders/'
  storage_integration = s3_pipeline_integration
  file_format = (format_name = 'json_lines');
