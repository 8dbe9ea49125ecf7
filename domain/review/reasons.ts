/** Why a reviewer asks for a change (api.md §5). */
export const reasonCodes = [
  'MISSING',
  'UNREADABLE',
  'MISMATCH',
  'MISLEADING',
  'PROHIBITED',
  'QUALITY',
  'OTHER',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** What a seller reads where the reviewer wrote nothing of their own; `OTHER` always comes with a note. */
export const reasonWords: Readonly<Record<ReasonCode, string>> = {
  MISSING: '内容缺失，请补充 / Missing: please add it',
  UNREADABLE: '无法辨认，请重新提供 / Unreadable: please provide it again',
  MISMATCH: '信息不一致，请核对 / It does not agree: please check it',
  MISLEADING: '内容有误导性，请修改 / Misleading: please change it',
  PROHIBITED: '含有禁止的内容，请删除 / Prohibited: please remove it',
  QUALITY: '质量不符合要求，请改进 / Below the required quality: please improve it',
  OTHER: '请修改 / Please change it',
};
