/** Who calls, in the order of the columns. The stranger manages another enterprise; the purchase is the manager's. */
export const callers = [
  'manager',
  'stranger',
  'member',
  'seller',
  'reviewer',
  'operator',
  'no role',
  'anonymous',
] as const;

/**
 * Written by hand from the contract, not derived from the routes: method, path as in the route table, then the expected
 * status of each caller. Writes send an unknown field (DELETE, and what would never end, in the query), so that whoever may
 * call is answered 400 and nothing happens; whoever may not must be turned away before that is looked at. Signing out
 * comes last: it ends them all.
 */
export const expectedAnswers = `
  GET    /healthz                           200 200 200 200 200 200 200 200
  GET    /readyz                            200 200 200 200 200 200 200 200
  GET    /metrics                           200 200 200 200 200 200 200 200
  GET    /openapi.json                      200 200 200 200 200 200 200 200
  GET    /docs                              200 200 200 200 200 200 200 200
  GET    /docs/:name                        200 200 200 200 200 200 200 200
  POST   /v1/sessions                       400 400 400 400 400 400 400 400
  POST   /v1/accounts                       400 400 400 400 400 400 400 400
  GET    /v1/me                             200 200 200 200 200 200 200 401
  POST   /v1/me/password                    400 400 400 400 400 400 400 401
  GET    /v1/me/contact                     200 200 200 200 200 200 200 401
  PATCH  /v1/me/contact                     400 400 400 400 400 400 400 401
  GET    /v1/operations/:id                 200 404 404 404 404 404 404 401
  GET    /v1/malls                          200 200 200 403 403 403 403 401
  GET    /v1/benefits                       200 200 403 403 403 403 403 401
  GET    /v1/enterprise-balance             200 200 403 403 403 403 403 401
  GET    /v1/enterprise-balance/entries     200 200 403 403 403 403 403 401
  GET    /v1/commodities                    200 200 403 403 403 403 403 401
  GET    /v1/commodities/:id                200 404 403 403 403 403 403 401
  POST   /v1/images                         415 415 403 415 403 403 403 401
  GET    /images/:name                      200 200 200 200 200 200 200 200
  POST   /v1/videos                         403 403 403 400 403 403 403 401
  GET    /v1/videos/:id                     403 403 403 200 403 403 403 401
  PATCH  /v1/videos/:id                     403 403 403 415 403 403 403 401
  GET    /videos/:name                      404 404 404 404 404 404 404 404
  GET    /v1/agreements/seller              200 200 200 200 200 200 200 401
  POST   /v1/sellers/:id/agreements         404 404 404 400 404 404 404 401
  POST   /v1/seller-onboardings             400 400 400 400 400 400 400 401
  GET    /v1/seller-onboardings             200 200 200 200 200 200 200 401
  GET    /v1/seller-onboardings/:id         404 404 404 200 404 200 404 401
  GET    /v1/sellers/:id/readiness          404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/verification       404 404 404 400 404 404 404 401
  GET    /v1/sellers/:id/verification       404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/verification/transfer-amount 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/verification/withdraw 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/company-information 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/certification-fee/defer 404 404 404 400 404 404 404 401
  POST   /webhooks/identity/scans           401 401 401 401 401 401 401 401
  GET    /v1/sellers/:id/certification-fee  404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/certification-fee/pay 404 404 404 400 404 404 404 401
  GET    /v1/sellers/:id/merchant-ids       404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/merchant-ids       404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/merchant-ids/:channel/verify-account 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/merchant-ids/:channel/resubmit 404 404 404 400 404 404 404 401
  GET    /v1/sellers/:id/shop/draft         404 404 404 200 404 200 404 401
  PUT    /v1/sellers/:id/shop/draft         404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/shop/reset         404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/shop/submit        404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/shop/withdraw      404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/shop/take-down     403 403 403 403 403 400 403 401
  POST   /v1/sellers/:id/shop/banner        404 404 404 400 404 404 404 401
  GET    /v1/stock-banners                  200 200 200 200 200 200 200 401
  GET    /banners/:name                     404 404 404 404 404 404 404 404
  GET    /v1/market/shops/:sellerId         404 404 404 404 404 404 404 404
  GET    /v1/product-categories             200 200 200 200 200 200 200 401
  POST   /v1/sellers/:id/products           404 404 404 400 404 404 404 401
  GET    /v1/sellers/:id/products           404 404 404 200 404 200 404 401
  GET    /v1/products/:id                   404 404 404 200 404 200 404 401
  GET    /v1/products/:id/draft             404 404 404 200 404 200 404 401
  PUT    /v1/products/:id/draft             404 404 404 400 404 404 404 401
  POST   /v1/products/:id/check             404 404 404 400 404 404 404 401
  POST   /v1/products/:id/submit            404 404 404 400 404 404 404 401
  POST   /v1/products/:id/withdraw          404 404 404 400 404 404 404 401
  POST   /v1/products/:id/list              404 404 404 400 404 404 404 401
  POST   /v1/products/:id/unlist            404 404 404 400 404 404 404 401
  POST   /v1/products/:id/take-down         403 403 403 403 403 400 403 401
  GET    /v1/market/products                200 200 200 200 200 200 200 200
  GET    /v1/market/products/:id            404 404 404 404 404 404 404 404
  POST   /v1/listings/:id/take-down         403 403 403 403 403 400 403 401
  POST   /v1/benefits/:id/take-down         403 403 403 403 403 400 403 401
  POST   /v1/benefits/:id/offer-again       403 403 403 403 403 400 403 401
  POST   /v1/documents                      415 415 415 415 415 415 415 401
  GET    /v1/documents/:id                  404 404 404 200 404 404 404 401
  POST   /v1/purchases                      400 400 403 403 403 403 403 401
  GET    /v1/purchases                      200 200 403 403 403 403 403 401
  GET    /v1/purchases/:id                  200 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/pay              400 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/cancel           400 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/close            400 404 403 403 403 403 403 401
  GET    /v1/payments/:id                   200 404 404 404 404 200 404 401
  POST   /v1/payments/:id/refunds           403 403 403 403 403 400 403 401
  POST   /webhooks/wechat-pay/payments      401 401 401 401 401 401 401 401
  POST   /webhooks/wechat-pay/refunds       401 401 401 401 401 401 401 401
  GET    /v1/award-templates                200 200 403 403 403 403 403 401
  GET    /v1/platforms                      200 200 403 403 403 403 403 401
  POST   /v1/commodities                    400 400 403 403 403 403 403 401
  PATCH  /v1/commodities/:id                400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/complete       400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/discard        400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/take-offline   400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/bring-online   400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/increase-stock 400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/codes          415 404 403 403 403 403 403 401
  POST   /v1/stock-allocations              400 400 403 403 403 403 403 401
  GET    /v1/stock-allocations              200 200 403 403 403 403 403 401
  GET    /v1/stock-allocations/:id          200 404 403 403 403 403 403 401
  POST   /v1/stock-allocations/:id/confirm  400 404 403 403 403 403 403 401
  POST   /v1/stock-allocations/:id/cancel   400 404 403 403 403 403 403 401
  GET    /v1/sub-stocks                     200 200 403 403 403 403 403 401
  GET    /v1/sub-stocks/:id                 200 404 403 403 403 403 403 401
  GET    /v1/sub-stocks/:id/movements       200 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/take-offline    400 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/bring-online    400 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/restock         400 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/return          400 404 403 403 403 403 403 401
  PATCH  /v1/sub-stocks/:id                 400 404 403 403 403 403 403 401
  DELETE /v1/sub-stocks/:id                 400 404 403 403 403 403 403 401
  GET    /v1/mall-sections                  200 200 403 403 403 403 403 401
  POST   /v1/mall-sections                  400 400 403 403 403 403 403 401
  PATCH  /v1/mall-sections/:id              400 404 403 403 403 403 403 401
  DELETE /v1/mall-sections/:id              400 404 403 403 403 403 403 401
  GET    /v1/listing-candidates             200 200 403 403 403 403 403 401
  GET    /v1/listings                       200 200 403 403 403 403 403 401
  POST   /v1/listings                       400 400 403 403 403 403 403 401
  GET    /v1/listings/:id                   200 404 403 403 403 403 403 401
  PATCH  /v1/listings/:id                   400 404 403 403 403 403 403 401
  POST   /v1/listings/:id/bring-online      400 404 403 403 403 403 403 401
  POST   /v1/listings/:id/take-offline      400 404 403 403 403 403 403 401
  POST   /v1/listings/:id/void              400 404 403 403 403 403 403 401
  GET    /v1/malls/:mallId/shelf            200 404 200 403 403 403 403 401
  GET    /v1/members                        200 200 403 403 403 403 403 401
  POST   /v1/members                        400 400 403 403 403 403 403 401
  GET    /v1/members/:id                    200 404 403 403 403 403 403 401
  GET    /v1/members/:id/points             200 404 200 403 403 403 403 401
  POST   /v1/members/:id/points             400 404 403 403 403 403 403 401
  GET    /v1/reviews                        403 403 403 403 200 200 403 401
  GET    /v1/reviews/:id                    403 403 403 403 200 200 403 401
  POST   /v1/reviews/:id/claim              403 403 403 403 400 403 403 401
  POST   /v1/reviews/:id/release            403 403 403 403 400 403 403 401
  POST   /v1/reviews/:id/reassign           403 403 403 403 400 400 403 401
  POST   /v1/reviews/:id/decide             403 403 403 403 400 403 403 401
  GET    /v1/sellers/:id/trust              403 403 403 403 403 200 403 401
  PUT    /v1/sellers/:id/trust              403 403 403 403 403 400 403 401
  GET    /v1/notices                        200 200 200 200 200 200 200 401
  POST   /v1/notices/:id/read               404 404 404 400 404 404 404 401
  GET    /v1/processes                      403 403 403 403 403 200 403 401
  GET    /v1/processes/counts               403 403 403 403 403 200 403 401
  GET    /v1/processes/:id                  403 403 403 403 403 200 403 401
  POST   /v1/processes/:id/commands         403 403 403 403 403 400 403 401
  GET    /v1/processes/:id/export           403 403 403 403 403 200 403 401
  GET    /v1/approvals                      403 403 403 403 403 200 403 401
  POST   /v1/approvals/:id/confirm          403 403 403 403 403 400 403 401
  POST   /v1/approvals/:id/refuse           403 403 403 403 403 400 403 401
  GET    /v1/events                         400 400 400 400 400 400 400 401
  GET    /v1/audit                          403 403 403 403 403 200 403 401
  GET    /v1/reconciliations                403 403 403 403 403 200 403 401
  GET    /v1/reconciliation-exceptions      403 403 403 403 403 200 403 401
  POST   /v1/reconciliation-exceptions/:id/resolve 403 403 403 403 403 400 403 401
  GET    /v1/enterprises                    403 403 403 403 403 200 403 401
  POST   /v1/enterprises                    403 403 403 403 403 400 403 401
  POST   /v1/enterprises/:id/top-ups        403 403 403 403 403 400 403 401
  POST   /v1/malls                          403 403 403 403 403 400 403 401
  POST   /v1/accounts/staff                 403 403 403 403 403 400 403 401
  POST   /v1/benefits                       403 403 403 403 403 400 403 401
  DELETE /v1/sessions/current               204 204 204 204 204 204 204 401
`;
