import type { Expression } from '../../../../wire/mysql-sql/ast.ts';

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const quoteString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** An expression in the spelling the server itself uses (in errors, CHECK constraints, defaults). */
export const printExpression = (expression: Expression): string => {
  const print = printExpression;
  switch (expression.kind) {
    case 'literal':
      if (expression.type === 'null') return 'NULL';
      if (expression.type === 'boolean') return String(expression.value);
      if (expression.type === 'string') return `_utf8mb4${quoteString(expression.value)}`;
      if (expression.type === 'bytes') return `0x${Buffer.from(expression.value).toString('hex').toUpperCase()}`;
      if (expression.type === 'date' || expression.type === 'time' || expression.type === 'timestamp')
        return `${expression.type.toUpperCase()}'${expression.value}'`;
      return String(expression.value);
    case 'column':
      return [expression.schema, expression.table, expression.name]
        .filter((name) => name !== null)
        .map((name) => quote(name as string))
        .join('.');
    case 'parameter':
      return '?';
    case 'userVariable':
      return `(@${expression.name})`;
    case 'assignment':
      return `(@${expression.name}:=${print(expression.value)})`;
    case 'systemVariable':
      return `@@${expression.scope ? `${expression.scope.toLowerCase()}.` : ''}${expression.name}`;
    case 'unary':
      if (expression.operator === '-') return `-(${print(expression.operand)})`;
      return expression.operator === 'NOT' || expression.operator === '!'
        ? `(not(${print(expression.operand)}))`
        : `${expression.operator.toLowerCase()}(${print(expression.operand)})`;
    case 'binary':
      return `(${print(expression.left)} ${expression.operator.toLowerCase()} ${print(expression.right)})`;
    case 'isNull':
      return `(${print(expression.operand)} is ${expression.negated ? 'not ' : ''}null)`;
    case 'isTruth':
      return `(${print(expression.operand)} is ${expression.negated ? 'not ' : ''}${expression.truth === null ? 'unknown' : expression.truth})`;
    case 'between':
      return `(${print(expression.operand)} ${expression.negated ? 'not ' : ''}between ${print(expression.low)} and ${print(expression.high)})`;
    case 'in':
      return `(${print(expression.operand)} ${expression.negated ? 'not ' : ''}in (${expression.items.map(print).join(',')}))`;
    case 'like':
      return `(${print(expression.operand)} ${expression.negated ? 'not ' : ''}like ${print(expression.pattern)})`;
    case 'regexp':
      return `${expression.negated ? '(not(' : ''}regexp_like(${print(expression.operand)},${print(expression.pattern)})${expression.negated ? '))' : ''}`;
    case 'row':
      return `(${expression.items.map(print).join(',')})`;
    case 'case': {
      const branches = expression.branches
        .map(({ when, result }) => `when ${print(when)} then ${print(result)}`)
        .join(' ');
      return `(case ${expression.operand ? `${print(expression.operand)} ` : ''}${branches}${expression.otherwise ? ` else ${print(expression.otherwise)}` : ''} end)`;
    }
    case 'cast':
      return `cast(${print(expression.operand)} as ${expression.type.name}${expression.type.length === null ? '' : `(${expression.type.length}${expression.type.decimals === null ? '' : `,${expression.type.decimals}`})`})`;
    case 'convertUsing':
      return `convert(${print(expression.operand)} using ${expression.charset})`;
    case 'collate':
      return `(${print(expression.operand)} collate ${expression.collation})`;
    case 'interval':
      return `(${print(expression.operand)} ${expression.subtract ? '-' : '+'} interval ${print(expression.amount)} ${expression.unit.toLowerCase()})`;
    case 'default':
      return expression.column ? `default(${quote(expression.column)})` : 'default';
    case 'insertedValue':
      return `values(${quote(expression.column)})`;
    case 'call':
      return `${expression.name.toLowerCase()}(${expression.distinct ? 'distinct ' : ''}${expression.star ? '0' : expression.arguments.map(print).join(',')})`;
    default:
      return '(select …)';
  }
};
