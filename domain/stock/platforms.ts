import type { Choice } from './award-templates';

/** 支持平台 (guide A, second table: 根据实际需求选择): where a commodity may be used. Back office only (domain.md §1.2). */
export const platforms: readonly Choice[] = [
  { id: 'plt_01platform0000000000000001', zh: '微信小程序', en: 'WeChat mini program' },
  { id: 'plt_01platform0000000000000002', zh: '微信公众号', en: 'WeChat official account' },
  { id: 'plt_01platform0000000000000003', zh: 'H5 网页', en: 'Web page' },
  { id: 'plt_01platform0000000000000004', zh: '安卓应用', en: 'Android app' },
  { id: 'plt_01platform0000000000000005', zh: 'iOS 应用', en: 'iOS app' },
  { id: 'plt_01platform0000000000000006', zh: '线下门店', en: 'Shops' },
];

const known: ReadonlySet<string> = new Set(platforms.map(({ id }) => id));

export function isPlatform(id: string): boolean {
  return known.has(id);
}
