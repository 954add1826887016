import { expect, test } from 'vitest';
import { splitStatements } from '../../../../sandbox/wire/snowflake-sql/split.ts';

test('semicolons in strings, comments, $$ and blocks do not cut', () => {
  const script = `-- one; two
select ';', $$;$$ /* ; */;
;
create task t as begin
  if (1 = 1) then insert into a values (case when 1 = 1 then 2 end); end if;
  begin transaction; commit;
end;
begin; insert into a values (1); commit;
declare x int; begin x := 1; return x; end;
select 2`;
  expect(splitStatements(script).map(({ text, line }) => [line, text.slice(0, 14)])).toEqual([
    [2, "select ';', $$"],
    [4, 'create task t '],
    [8, 'begin'],
    [8, 'insert into a '],
    [8, 'commit'],
    [9, 'declare x int;'],
    [10, 'select 2'],
  ]);
});
