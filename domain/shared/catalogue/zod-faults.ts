/**
 * What zod says about a field, English → Chinese: every form its own English texts have. Its Chinese ones name types as
 * code does; and what was refused long ago is told from what is kept, which is English.
 */
export const zodFaultTexts: readonly (readonly [en: string, zh: string])[] = [
  ['Invalid input: expected {expected}, received {received}', '应为{expected}，收到的是{received}'],
  ['Invalid input: expected {value}', '只能是 {value}'],
  ['Invalid option: expected one of {values}', '只能是以下之一：{values}'],
  ['Invalid discriminator value. Expected {values}', '只能是以下之一：{values}'],
  ['Invalid input: more than one option matched', '同时符合多种形式'],
  ['Invalid input', '内容无效'],

  ['Too big: expected {thing} to have exactly {n} {unit}', '应为 {n} {unit}'],
  ['Too big: expected {thing} to have <={n} {unit}', '最多 {n} {unit}'],
  ['Too big: expected {thing} to have <{n} {unit}', '必须少于 {n} {unit}'],
  ['Too big: expected {thing} to be <={n}', '不能大于 {n}'],
  ['Too big: expected {thing} to be <{n}', '必须小于 {n}'],
  ['Too small: expected {thing} to have exactly {n} {unit}', '应为 {n} {unit}'],
  ['Too small: expected {thing} to have >={n} {unit}', '至少 {n} {unit}'],
  ['Too small: expected {thing} to have >{n} {unit}', '必须多于 {n} {unit}'],
  ['Too small: expected {thing} to be >={n}', '不能小于 {n}'],
  ['Too small: expected {thing} to be >{n}', '必须大于 {n}'],
  ['Invalid number: must be a multiple of {n}', '必须是 {n} 的倍数'],

  ['Invalid string: must start with {text}', '必须以 {text} 开头'],
  ['Invalid string: must end with {text}', '必须以 {text} 结尾'],
  ['Invalid string: must include {text}', '必须包含 {text}'],
  ['Invalid string: must match pattern {pattern}', '格式必须符合 {pattern}'],
  ['Invalid key in {thing}', '键名无效'],
  ['Invalid value in {thing}', '其中有无效的值'],
  ['Invalid {format}', '不是有效的{format}'],
];

/** What stands in their places, where it is a word and no value. */
export const zodWords: Readonly<Record<string, string>> = {
  string: '字符串',
  number: '数字',
  int: '整数',
  boolean: '布尔值',
  array: '数组',
  object: '对象',
  record: '对象',
  null: '空值（null）',
  undefined: '空',
  characters: '个字符',
  items: '项',
  entries: '项',
  bytes: '字节',
  'email address': '电子邮件地址',
  URL: '网址',
  'ISO datetime': ' ISO 8601 时间（UTC）',
  'ISO date': ' ISO 8601 日期',
};
