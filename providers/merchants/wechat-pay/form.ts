import type { MerchantForm } from '../../../domain/ports/merchant-onboarding';

/** 企业, and 个体工商户: the second character of the 统一社会信用代码 tells. */
function organizationType(code: string): '2' | '4' | '3' | '1708' {
  if (code.startsWith('92')) return '4';
  if (code.startsWith('1')) return '3';
  return code.startsWith('9') ? '2' : '1708';
}

/** The form as 收付通 wants it; fields that are empty are left out. `seal`: what only the channel may read. */
export function formOf(form: MerchantForm, shopUrl: string, seal: (text: string) => string): object {
  const { legalRepresentative: legal, administrator, account } = form;
  const isLegalPerson = administrator.name === legal.name && administrator.idNumber === legal.idNumber;
  return {
    out_request_no: form.requestNumber,
    organization_type: organizationType(form.enterpriseCode),
    business_license_info: {
      business_license_copy: form.licenceMediaId,
      business_license_number: form.enterpriseCode,
      merchant_name: form.enterpriseName,
      legal_person: legal.name,
    },
    id_doc_type: 'IDENTIFICATION_TYPE_IDCARD',
    id_card_info: { id_card_name: seal(legal.name), id_card_number: seal(legal.idNumber) },
    account_info: {
      // Enterprises have a corporate account only.
      bank_account_type: '74',
      account_bank: account.bankName,
      account_name: seal(form.enterpriseName),
      bank_name: account.branchName,
      account_number: seal(account.number),
    },
    contact_info: {
      contact_type: isLegalPerson ? '65' : '66',
      contact_name: seal(administrator.name),
      contact_id_doc_type: 'IDENTIFICATION_TYPE_IDCARD',
      contact_id_card_number: seal(administrator.idNumber),
      mobile_phone: seal(administrator.mobile),
      contact_email: seal(administrator.email),
    },
    sales_scene_info: { store_name: form.shortName, store_url: shopUrl },
    merchant_shortname: form.shortName,
  };
}
