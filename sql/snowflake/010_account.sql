-- The only file with account-wide names: it runs once for an account. All other files use unqualified names,
-- so that a schema for each developer is only a setting of the session.
create storage integration if not exists s3_pipeline_integration
  type = external_stage
  storage_provider = 'S3'
  enabled = true
  storage_aws_role_arn = 'arn:aws:iam::000000000000:role/snowflake-data-practice'
  storage_allowed_locations = ('s3://snowflake-data-practice-bucket/topics/');

create warehouse if not exists pipeline_wh
  warehouse_size = 'XSMALL'
  auto_suspend = 60
  auto_resume = true
  initially_suspended = true;

create database if not exists data_practice;

create schema if not exists data_practice.pipeline;
