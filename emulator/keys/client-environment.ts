import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Identity } from './identity';

/** The variables with which a client reaches this emulator, as KEY=VALUE lines in `client.env`. */
export async function writeClientEnvironment(stateDir: string, identity: Identity, url: string): Promise<void> {
  const { files } = identity;
  const keys = [
    `${identity.publicKeyMode.serial}=${resolve(files.platformPublicKey)}`,
    `${identity.certificateMode.serial}=${resolve(files.platformCertificate)}`,
  ];
  const lines = [
    `MALLFLOW_WECHAT_PAY_MCHID=${identity.mchid}`,
    `MALLFLOW_WECHAT_PAY_APPID=${identity.appid}`,
    `MALLFLOW_WECHAT_PAY_MERCHANT_SERIAL=${identity.merchantSerial}`,
    `MALLFLOW_WECHAT_PAY_MERCHANT_KEY_FILE=${resolve(files.merchantKey)}`,
    `MALLFLOW_WECHAT_PAY_API_V3_KEY_FILE=${resolve(files.apiV3Key)}`,
    `MALLFLOW_WECHAT_PAY_PLATFORM_KEYS=${keys.join(',')}`,
    `MALLFLOW_WECHAT_PAY_BASE_URL=${url}`,
  ];
  const file = join(stateDir, 'client.env');
  await writeFile(`${file}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
