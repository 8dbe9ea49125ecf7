import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WechatPaySettings } from '../../providers/wechat-pay/settings';

/** The configuration of an installation whose channel has these settings; its keys lie in a folder of its own. */
export async function channelEnvironment(
  settings: WechatPaySettings,
): Promise<{ readonly environment: Readonly<Record<string, string>>; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mallflow-channel-keys-'));
  const pairs = settings.platformKeys.map(async ({ id, pem }) => {
    const file = join(folder, `${id}.pem`);
    await writeFile(file, pem);
    return `${id}=${file}`;
  });
  return {
    environment: {
      MALLFLOW_WECHAT_PAY_MCHID: settings.mchid,
      MALLFLOW_WECHAT_PAY_APPID: settings.appid,
      MALLFLOW_WECHAT_PAY_MERCHANT_SERIAL: settings.merchantSerial,
      MALLFLOW_WECHAT_PAY_MERCHANT_KEY: settings.merchantKey,
      MALLFLOW_WECHAT_PAY_API_V3_KEY: settings.apiV3Key,
      MALLFLOW_WECHAT_PAY_PLATFORM_KEYS: (await Promise.all(pairs)).join(','),
      MALLFLOW_WECHAT_PAY_BASE_URL: settings.baseUrl,
      MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: settings.notifyBaseUrl,
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
