create stage if not exists landing url = 's3://treasury-lake/landing/core.bank.transfers/' storage_integration = lake file_format = (type = json);
create table if not exists transfer_changes (change variant);
create table if not exists balances (account varchar, balance number(20,4), transfers number);
create stream if not exists transfer_changes_stream on table transfer_changes;
create pipe if not exists transfer_pipe auto_ingest = true as copy into transfer_changes from (select $1 from @landing);
create task if not exists add_up warehouse = treasury_wh when system$stream_has_data('transfer_changes_stream') as
merge into balances b
using (
  select change:after.account::varchar as account, sum(change:after.amount::number(18,4)) as amount, count(*) as transfers
  from transfer_changes_stream group by 1
) t on b.account = t.account
when matched then update set balance = b.balance + t.amount, transfers = b.transfers + t.transfers
when not matched then insert (account, balance, transfers) values (t.account, t.amount, t.transfers);
alter task add_up resume;
