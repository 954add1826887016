-- Clicks: stage → raw_events → structured_events → transformed_clickstream.
-- Every hop up to structured_events is at-least-once, so both may hold an event more than once; transformed_clickstream holds each once.

create table if not exists raw_events (
  record variant,
  file_name varchar,
  file_row_number number(38,0),
  loaded_at timestamp_ltz(3)
);

create table if not exists structured_events (
  event_id number(38,0),
  visitor_id varchar,
  customer_id number(38,0),
  event_type varchar,
  page_url varchar,
  referrer varchar,
  user_agent varchar,
  search_query varchar,
  product_id number(38,0),
  order_id number(38,0),
  quantity number(10,0),
  unit_price number(10,2),
  event_time timestamp_ntz(3),
  file_name varchar,
  file_row_number number(38,0)
);

create table if not exists transformed_clickstream (
  event_id number(38,0) not null,
  visitor_id varchar not null,
  customer_id number(38,0),
  session_id varchar not null,
  session_number number(38,0) not null,
  session_event_number number(38,0) not null,
  session_started_at timestamp_ntz(3) not null,
  event_type varchar,
  page_url varchar,
  referrer varchar,
  user_agent varchar,
  search_query varchar,
  product_id number(38,0),
  order_id number(38,0),
  quantity number(10,0),
  unit_price number(10,2),
  event_time timestamp_ntz(3) not null
);

create stream if not exists raw_events_stream on table raw_events append_only = true;

create stream if not exists structured_events_stream on table structured_events append_only = true;

create pipe if not exists raw_events_pipe
  auto_ingest = true
as
copy into raw_events (record, file_name, file_row_number, loaded_at)
from (
  select $1, metadata$filename, metadata$file_row_number, metadata$start_scan_time
  from @api_ext_stage
);

-- TRY_ functions: a malformed value becomes null in this row and does not stop the rows beside it.
create task if not exists insert_event_data_task
  warehouse = pipeline_wh
  user_task_minimum_trigger_interval_in_seconds = 10
when
  system$stream_has_data('raw_events_stream')
as
insert into structured_events (
  event_id, visitor_id, customer_id, event_type, page_url, referrer, user_agent, search_query,
  product_id, order_id, quantity, unit_price, event_time, file_name, file_row_number
)
select
  try_to_number(record:event_id::varchar),
  record:visitor_id::varchar,
  try_to_number(record:customer_id::varchar),
  record:event_type::varchar,
  record:page_url::varchar,
  record:referrer::varchar,
  record:user_agent::varchar,
  record:search_query::varchar,
  try_to_number(record:product_id::varchar),
  try_to_number(record:order_id::varchar),
  try_to_number(record:quantity::varchar, 10, 0),
  try_to_number(record:unit_price::varchar, 10, 2),
  try_to_timestamp_ntz(record:event_time::varchar),
  file_name,
  file_row_number
from raw_events_stream;

-- A session is a visitor's events with no gap of 30 minutes or more. A late event can join or split sessions, so the sessions of
-- every visitor with a new event are worked out again from all of that visitor's events: the result is the same in any order of arrival.
create task if not exists task_load_transformed_clickstream
  warehouse = pipeline_wh
  user_task_minimum_trigger_interval_in_seconds = 10
when
  system$stream_has_data('structured_events_stream')
as
merge into transformed_clickstream as target
using (
  with arrived as (
    select
      event_id, visitor_id, customer_id, event_type, page_url, referrer, user_agent, search_query,
      product_id, order_id, quantity, unit_price, event_time
    from structured_events_stream
    where event_id is not null and visitor_id is not null and event_time is not null
    qualify row_number() over (partition by event_id order by event_time) = 1
  ),
  visitor_events as (
    select event_id, visitor_id, event_time from transformed_clickstream
    where visitor_id in (select visitor_id from arrived)
    union all
    select event_id, visitor_id, event_time from arrived
  ),
  distinct_events as (
    select * from visitor_events
    qualify row_number() over (partition by event_id order by event_time) = 1
  ),
  ordered as (
    select
      *,
      row_number() over (partition by visitor_id order by event_time, event_id) as visitor_event_number,
      lag(event_time) over (partition by visitor_id order by event_time, event_id) as previous_event_time
    from distinct_events
  ),
  session_starts as (
    select
      *,
      iff(previous_event_time > dateadd(minute, -30, event_time), null, visitor_event_number) as first_event_number,
      iff(previous_event_time > dateadd(minute, -30, event_time), null, event_time) as first_event_time
    from ordered
  ),
  numbered as (
    select
      event_id, visitor_id, visitor_event_number,
      count(first_event_number) over (
        partition by visitor_id order by event_time, event_id
        rows between unbounded preceding and current row
      ) as session_number,
      max(first_event_number) over (
        partition by visitor_id order by event_time, event_id
        rows between unbounded preceding and current row
      ) as session_event_number_offset,
      max(first_event_time) over (
        partition by visitor_id order by event_time, event_id
        rows between unbounded preceding and current row
      ) as session_started_at
    from session_starts
  )
  -- What is known of an event beside its session is only needed of those that are inserted: of the ones that arrived.
  select
    numbered.event_id,
    numbered.visitor_id,
    numbered.visitor_id || '/' || numbered.session_number as session_id,
    numbered.session_number,
    numbered.visitor_event_number - numbered.session_event_number_offset + 1 as session_event_number,
    numbered.session_started_at,
    customer_id, event_type, page_url, referrer, user_agent, search_query, product_id, order_id, quantity, unit_price, event_time
  from numbered
  left join arrived on arrived.event_id = numbered.event_id
) as source
on target.event_id = source.event_id
when matched and (
  target.session_number <> source.session_number
  or target.session_event_number <> source.session_event_number
  or target.session_started_at <> source.session_started_at
) then update set
  session_id = source.session_id,
  session_number = source.session_number,
  session_event_number = source.session_event_number,
  session_started_at = source.session_started_at
when not matched then insert (
  event_id, visitor_id, customer_id, session_id, session_number, session_event_number, session_started_at, event_type, page_url,
  referrer, user_agent, search_query, product_id, order_id, quantity, unit_price, event_time
) values (
  source.event_id, source.visitor_id, source.customer_id, source.session_id, source.session_number, source.session_event_number,
  source.session_started_at, source.event_type, source.page_url, source.referrer, source.user_agent, source.search_query,
  source.product_id, source.order_id, source.quantity, source.unit_price, source.event_time
);

alter task insert_event_data_task resume;

alter task task_load_transformed_clickstream resume;
