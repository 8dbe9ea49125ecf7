import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { createMerchantRecords } from '../activities/merchant-id/activities';
import { createMerchantChannelSteps, type MerchantChannels } from '../activities/merchant-id/channel-steps';
import { dataKeys, tenpay, timeProfile, wechatPay, type Configuration } from '../config/env';
import type { Db } from '../db/connection';
import { documentBytes } from '../db/document/contents';
import { documentById } from '../db/document/queries';
import { KeyedVault } from '../db/secrets/keyed-vault';
import type { MerchantPicture } from '../domain/ports/merchant-onboarding';
import { PrivateFolder } from '../providers/documents/private-folder';
import { createTenpayMerchants } from '../providers/merchants/tenpay/tenpay';
import { createWechatPayMerchants } from '../providers/merchants/wechat-pay/wechat-pay';

/** What merchant IDs do; each call of a channel that failed leaves a line, without anything that was said in it. */
export function merchantActivities(config: Configuration, db: Db, log: Logger | undefined) {
  const vault = new KeyedVault(dataKeys(config));
  const documents = new PrivateFolder(resolve(config.MALLFLOW_DOCUMENT_DIR));
  const picture = async (documentId: string): Promise<MerchantPicture> => {
    const document = await documentById(db, documentId);
    if (document === undefined) throw new Error(`no document ${documentId}`);
    const bytes = await documentBytes({ db, documents, vault }, document);
    return { name: document.id, contentType: document.contentType, bytes };
  };
  return {
    ...createMerchantRecords({ db, vault }),
    ...createMerchantChannelSteps({ db, vault, channels: openChannels(config, log), picture }),
  };
}

function openChannels(config: Configuration, log: Logger | undefined): MerchantChannels {
  const around = {
    // Two calls and their pauses are within one step.
    deadlineMs: timeProfile(config).channelStepMs / 4,
    onCall: (note: { readonly outcome: string }) => {
      if (note.outcome !== 'ok') log?.warn(note, 'a call about a merchant ID failed');
    },
  };
  const [wechat, cloud] = [wechatPay(config), tenpay(config)];
  return {
    ...(wechat === undefined
      ? {}
      : { wechat_pay: createWechatPayMerchants({ ...wechat, shopBaseUrl: wechat.notifyBaseUrl }, around) }),
    ...(cloud === undefined ? {} : { tenpay: createTenpayMerchants(cloud, around) }),
  };
}
