// @ts-check
'use strict';

const { randomInt } = require('node:crypto');

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A 统一社会信用代码 nobody has, with its check digit (GB 32100). */
function newCreditCode() {
  const body = `91440300MA${Array.from({ length: 7 }, () => alphabet[randomInt(31)]).join('')}`;
  const sum = [...body].reduce((total, sign, at) => total + alphabet.indexOf(sign) * (3 ** at % 31), 0);
  return body + alphabet[(31 - (sum % 31)) % 31];
}

/** A page a scanner could have made. */
const licence = Buffer.from('%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n');

const legalRepresentative = { name: '李建国', idNumber: '11010519491231002X' };

/** @param {{ name: string, code: string, documentId: string, accountNumber: string }} company */
function transferForm({ name, code, documentId, accountNumber }) {
  return {
    method: 'corporate_transfer',
    enterpriseName: name,
    unifiedSocialCreditCode: code,
    licenceDocumentId: documentId,
    contactName: '王小明',
    contactMobile: '13800138000',
    bank: { accountNumber, bankName: '招商银行', branchName: '深圳科技园支行', location: '广东省深圳市' },
  };
}

/** @param {{ name: string, code: string, accountNumber: string }} company */
function informationForm({ name, code, accountNumber }) {
  return {
    unifiedSocialCreditCode: code,
    contactName: '王小明',
    contactPhone: '0755-26001234',
    bank: {
      ...{ accountName: name, accountNumber, bankName: '招商银行' },
      ...{ branchName: '深圳科技园支行', location: '广东省深圳市' },
    },
  };
}

/** @param {{ documentId: string }} company */
function merchantForm({ documentId }) {
  return {
    shortName: '云岭软件',
    servicePhone: '0755-26001234',
    legalRepresentative,
    administrator: { ...legalRepresentative, mobile: '13800138000', email: 'admin@example.com' },
    licenceDocumentId: documentId,
  };
}

module.exports = { informationForm, licence, merchantForm, newCreditCode, transferForm };
