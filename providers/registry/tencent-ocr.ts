import { z } from 'zod';
import { ProviderError } from '../../domain/ports/provider-error';
import type {
  EnterpriseRegistry,
  OperatingState,
  RegistryAnswer,
  RegistryQuestion,
} from '../../domain/ports/enterprise-registry';
import type { Surroundings } from '../http/caller';
import { parsed } from '../http/parsed';
import { TencentCloud } from '../tencent-cloud/client';
import type { TencentCloudKey } from '../tencent-cloud/signing';

export interface TencentOcrSettings extends TencentCloudKey {
  /** Origin of the endpoint, no path. */
  readonly baseUrl: string;
}

/**
 * 营业执照核验（企业三要素） of Tencent Cloud OCR: name and code, and the legal representative when asked for
 * (cloud.tencent.com/document/api/866/132862). Its sister with four elements wants the ID number of that person, which
 * we do not have to give away here; see docs/decisions/0017-outside-parties.md.
 */
export function createTencentOcr(settings: TencentOcrSettings, around: Surroundings = {}): EnterpriseRegistry {
  const cloud = new TencentCloud({ ...settings, party: 'registry', service: 'ocr', version: '2018-11-19' }, around);
  return { check: (question) => check(cloud, question) };
}

/** StatusCode: 0 answered, 1 a fault of theirs, 2 nothing found. VerifyResult: 1 all elements agree, 0 not all. */
const answer = z.discriminatedUnion('StatusCode', [
  z.object({
    StatusCode: z.literal(0),
    VerifyResult: z.union([z.literal(0), z.literal(1)]),
    OperatingStatus: z.string().nullish(),
  }),
  z.object({ StatusCode: z.literal(1) }),
  z.object({ StatusCode: z.literal(2) }),
]);

/** 企业状态: 1 开业, 2 迁出, 3 注销, 4 吊销, 5 撤销, 6 停业, 7 撤销登记, 0 其他, `/` 无法查询. */
const operatingStates: Readonly<Record<string, OperatingState>> = { 1: 'active', 3: 'cancelled', 4: 'revoked' };

type Elements = { readonly agree: boolean; readonly operating: OperatingState } | undefined;

async function check(cloud: TencentCloud, question: RegistryQuestion): Promise<RegistryAnswer> {
  const { name, code, legalRepresentative } = question;
  const two = { CreditCode: code, EntName: name };
  // First with two elements, whoever is asked for: only so does the register tell how the enterprise stands.
  const known = await elements(cloud, { ...two, VerifyType: 'ENT_2META' });
  if (known === undefined) return { found: false };
  const common = { found: true, operating: known.operating } as const;
  // Whoever another enterprise is led by says nothing about this one.
  if (!known.agree) return { ...common, name: 'different', legalRepresentative: 'not_asked' };
  if (legalRepresentative === undefined) return { ...common, name: 'same', legalRepresentative: 'not_asked' };
  const led = await elements(cloud, { ...two, LrName: legalRepresentative, VerifyType: 'ENT_3META' });
  return { ...common, name: 'same', legalRepresentative: led?.agree === true ? 'same' : 'different' };
}

/** Undefined: the register's copy has nothing under these. */
async function elements(cloud: TencentCloud, body: object): Promise<Elements> {
  return cloud.ask<Elements>({
    action: 'VerifyBizLicenseEnterprise3',
    body,
    isRepeatable: true,
    passing: ['FailedOperation'],
    read: (response) => {
      const found = parsed(answer, response);
      // rule: registry-fault-is-no-answer
      if (found.StatusCode === 1) throw new ProviderError('busy', 'STATUS_1');
      // rule: registry-not-found-is-not-different
      if (found.StatusCode === 2) return undefined;
      // rule: registry-unknown-state-is-not-active
      return { agree: found.VerifyResult === 1, operating: operatingStates[found.OperatingStatus ?? ''] ?? 'other' };
    },
  });
}
