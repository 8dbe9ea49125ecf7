/** The five roles of the contract. A `mall_manager` belongs to one enterprise, a `member` to one mall. */
export const roles = ['mall_manager', 'member', 'seller', 'reviewer', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Roles an operator gives to staff; members and sellers come in by their own doors. */
export const staffRoles = ['mall_manager', 'reviewer', 'operator'] as const satisfies readonly Role[];

/** Who acts: what authorisation and tenancy are decided on. */
export interface Principal {
  readonly accountId: string;
  readonly login: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly enterpriseId: string | null;
  readonly mallId: string | null;
  /** The member an account of that role acts as. */
  readonly memberId: string | null;
  /** The seller this account began to become, whatever its roles. */
  readonly sellerId: string | null;
}
