-- Orders: stage → raw_logs → structured_logs (the change log, at-least-once) → transformed_logs (the orders as they are now, each once).

create table if not exists raw_logs (
  record variant,
  file_name varchar,
  file_row_number number(38,0),
  loaded_at timestamp_ltz(3)
);

-- One row a change: c(reate), u(pdate), d(elete), r(ead by a snapshot). The typed columns are the row after the change; of a delete, the row before it.
create table if not exists structured_logs (
  op varchar,
  order_id number(38,0),
  customer_id number(38,0),
  product_id number(38,0),
  quantity number(10,0),
  unit_price number(10,2),
  total_amount number(12,2),
  status varchar,
  created_at timestamp_ntz(3),
  updated_at timestamp_ntz(3),
  before variant,
  after variant,
  changed_at timestamp_ntz(3),
  source_position varchar,
  source_gtid varchar,
  file_name varchar,
  file_row_number number(38,0)
);

-- source_position orders the changes of one order, whatever order they arrive in: binlog file, position, row in the event.
create table if not exists transformed_logs (
  order_id number(38,0) not null,
  customer_id number(38,0),
  product_id number(38,0),
  quantity number(10,0),
  unit_price number(10,2),
  total_amount number(12,2),
  status varchar,
  created_at timestamp_ntz(3),
  updated_at timestamp_ntz(3),
  is_deleted boolean not null,
  source_position varchar not null
);

create stream if not exists raw_logs_stream on table raw_logs append_only = true;

create stream if not exists structured_logs_stream on table structured_logs append_only = true;

create pipe if not exists raw_logs_pipe
  auto_ingest = true
as
copy into raw_logs (record, file_name, file_row_number, loaded_at)
from (
  select $1, metadata$filename, metadata$file_row_number, metadata$start_scan_time
  from @logs_ext_stage
);

-- Debezium writes DATETIME(3) as milliseconds since the epoch and, with decimal.handling.mode=string, DECIMAL as its digits.
create task if not exists insert_log_data_task
  warehouse = pipeline_wh
  user_task_minimum_trigger_interval_in_seconds = 10
when
  system$stream_has_data('raw_logs_stream')
as
insert into structured_logs (
  op, order_id, customer_id, product_id, quantity, unit_price, total_amount, status, created_at, updated_at,
  before, after, changed_at, source_position, source_gtid, file_name, file_row_number
)
with changes as (
  select
    record,
    iff(record:op::varchar = 'd', record:before, record:after) as image,
    file_name,
    file_row_number
  from raw_logs_stream
)
select
  record:op::varchar,
  try_to_number(image:id::varchar),
  try_to_number(image:customer_id::varchar),
  try_to_number(image:product_id::varchar),
  try_to_number(image:quantity::varchar, 10, 0),
  try_to_number(image:unit_price::varchar, 10, 2),
  try_to_number(image:total_amount::varchar, 12, 2),
  image:status::varchar,
  to_timestamp_ntz(try_to_number(image:created_at::varchar), 3),
  to_timestamp_ntz(try_to_number(image:updated_at::varchar), 3),
  record:before,
  record:after,
  to_timestamp_ntz(try_to_number(record:source.ts_ms::varchar), 3),
  record:source.file::varchar || ':' || lpad(record:source.pos::varchar, 12, '0') || ':' || lpad(record:source.row::varchar, 6, '0'),
  record:source.gtid::varchar,
  file_name,
  file_row_number
from changes;

create task if not exists task_load_transformed_logs
  warehouse = pipeline_wh
  user_task_minimum_trigger_interval_in_seconds = 10
when
  system$stream_has_data('structured_logs_stream')
as
merge into transformed_logs as target
using (
  select
    op, order_id, customer_id, product_id, quantity, unit_price, total_amount, status, created_at, updated_at, source_position
  from structured_logs_stream
  where order_id is not null and source_position is not null
  qualify row_number() over (partition by order_id order by source_position desc) = 1
) as source
on target.order_id = source.order_id
when matched and source.source_position > target.source_position then update set
  customer_id = source.customer_id,
  product_id = source.product_id,
  quantity = source.quantity,
  unit_price = source.unit_price,
  total_amount = source.total_amount,
  status = source.status,
  created_at = source.created_at,
  updated_at = source.updated_at,
  is_deleted = source.op = 'd',
  source_position = source.source_position
when not matched then insert (
  order_id, customer_id, product_id, quantity, unit_price, total_amount, status, created_at, updated_at, is_deleted, source_position
) values (
  source.order_id, source.customer_id, source.product_id, source.quantity, source.unit_price, source.total_amount, source.status,
  source.created_at, source.updated_at, source.op = 'd', source.source_position
);

alter task insert_log_data_task resume;

alter task task_load_transformed_logs resume;
