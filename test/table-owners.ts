/** The files of db/ that alone change the table: its aggregate's repository, and what is told apart from it. */
export const tableOwners: Readonly<Record<string, readonly string[]>> = {
  accounts: ['account/repository', 'account/contact'],
  sessions: ['account/repository'],
  // rate-limiter-flexible counts there by itself, through api/account/throttle.ts; we only sweep.
  sign_in_attempts: ['account/repository'],
  enterprises: ['mall/repository'],
  malls: ['mall/repository'],
  ledger_accounts: ['ledger/repository'],
  // Two-phase money is the second half of the ledger's repository.
  ledger_balances: ['ledger/repository', 'ledger/holds'],
  ledger_journals: ['ledger/repository'],
  ledger_lines: ['ledger/repository'],
  ledger_holds: ['ledger/holds'],
  // Furnished; taken from sale and put back.
  benefits: ['catalogue/repository', 'catalogue/take-down'],
  // And by an online payment, or waiting for the end of one.
  purchases: ['purchase/repository', 'purchase/online-repository', 'purchase/interventions'],
  payments: ['payment/repository'],
  // Opened with their payment, settled, and promised to refunds.
  payment_attempts: [
    'payment/repository',
    'payment/settlement',
    'payment/refunds',
    'payment/inbox',
    'payment/interventions',
  ],
  payment_refunds: ['payment/refunds', 'payment/interventions'],
  payment_inbox: ['payment/inbox'],
  reconciliations: ['payment/reconciliation'],
  // And where a message of the channel is set apart, in the statement that takes it in.
  reconciliation_exceptions: ['payment/reconciliation', 'payment/inbox'],
  // As drafts, and in stock: brought in and allocated, kept up.
  commodities: ['stock/draft-repository', 'stock/repository', 'stock/upkeep-repository', 'stock/interventions'],
  // The one way a case changes is called by every aggregate inside its own transaction.
  process_cases: ['case/repository', 'case/record-transition', 'case/lost'],
  case_events: ['case/record-transition'],
  engine_witness: ['case/witness'],
  audit_log: ['case/repository', 'case/record-transition', 'case/foreign'],
  commands: ['command/repository'],
  images: ['image/repository'],
  videos: ['video/repository'],
  commodity_codes: ['stock/code-repository'],
  stock_movements: ['stock/movements'],
  // The preview of a proposal is written with its hold; a confirmed allocation makes its sub-stock.
  stock_allocations: ['stock/allocation-repository', 'stock/repository', 'stock/interventions'],
  sub_stocks: ['stock/sub-stock-repository', 'stock/allocation-repository'],
  mall_sections: ['mall/section-repository'],
  // Its manager's; and what operators take down.
  listings: ['mall/listing-repository', 'mall/listing-take-down'],
  // And as they are decided, and sold.
  products: ['product/repository', 'product/review-subject', 'product/sale'],
  // Furnished by their migrations.
  product_categories: [],
  // By `admin criteria publish`, in the owner's role.
  review_criteria: ['review/criteria'],
  review_criteria_sets: ['review/criteria'],
  product_submissions: ['product/repository', 'product/review-subject'],
  product_revisions: ['product/review-subject'],
  shops: ['shop/repository'],
  shop_submissions: ['shop/repository'],
  shop_revisions: ['shop/repository'],
  members: ['mall/member-repository'],
  sellers: ['seller/repository'],
  seller_onboardings: [
    'seller/onboarding-repository',
    'seller/verification-repository',
    'seller/information-repository',
  ],
  // Handed in; taken up, withdrawn, sent back; what outside parties and reviewers answer.
  enterprise_verifications: [
    'seller/submissions',
    'seller/verification-repository',
    'seller/verification-legs',
    'seller/information-repository',
    'seller/review-subjects',
    'seller/interventions',
  ],
  transfer_amount_entries: ['seller/submissions', 'seller/verification-legs'],
  scan_reports: ['seller/scan-reports'],
  company_informations: ['seller/submissions', 'seller/information-repository'],
  // Queued and claimed; decided or withdrawn; reminded of.
  // And what operators do to open ones.
  reviews: ['review/repository', 'review/settlement', 'review/clock', 'review/interventions'],
  review_decisions: ['review/decisions'],
  review_verdicts: ['review/decisions'],
  trusted_sellers: ['review/trust'],
  seller_marks: ['review/marks'],
  calendar_days: ['calendar/repository'],
  notices: ['notice/repository'],
  notice_deliveries: ['notice/repository', 'notice/deliveries'],
  // And by the payment it waits for.
  merchant_submissions: ['merchant/submissions'],
  merchant_amounts: ['merchant/submissions', 'merchant/repository'],
  merchant_applications: ['merchant/repository', 'merchant/provider', 'merchant/interventions'],
  merchant_submission_uses: ['merchant/repository'],
  certification_fees: ['seller/fee-repository', 'seller/fee-payment'],
  agreement_versions: ['seller/agreement-versions'],
  agreement_signatures: ['seller/agreements'],
  documents: ['document/repository'],
  approvals: ['approval/repository'],
  // Told by cases in their own statement, by others by themselves; taken out by the sequencer.
  change_outbox: ['change/outbox', 'case/record-transition', 'change/feed'],
  changes: ['change/feed'],
  change_cursor: ['change/feed'],
};
