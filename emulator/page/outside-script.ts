/** The second script of the page: it uses what the first one has defined. */
export const outsideScript = String.raw`'use strict';
const outsideWords = {
  pending: '待处理 · pending', passed: '通过 · passed', sent: '已到账 · arrived', failed: '失败 · failed',
  active: '在营 · active', revoked: '吊销 · revoked', cancelled: '注销 · cancelled', other: '其他 · other',
  unknown: '查无 · not found', in_review: '审核中 · in review', verify_account: '待账户验证 · verify account',
  to_sign: '待签约 · to sign', rejected: '已驳回 · rejected', opened: '已开通 · opened', frozen: '已冻结 · frozen',
};
const said = (state) => outsideWords[state] || state;

function scanActions(scan) {
  const path = '/verifications/' + encodeURIComponent(scan.reference);
  const post = (what, body) => () => call('POST', path + what, body);
  const answers = [['通过 · Pass', post('/pass', {})], ['不通过 · Fail', post('/fail', {})]];
  if (scan.state === 'pending') return answers;
  return [...answers, ['再次通知 · Notify again', post('/notify', { times: 1 })]];
}

function transferActions(transfer) {
  if (transfer.state !== 'pending') return [];
  const settle = (as) => () => call('POST', '/transfers/' + encodeURIComponent(transfer.reference) + '/settle', { as });
  return [['到账 · Arrive', settle('sent')], ['失败 · Fail', settle('failed')]];
}

function applicationActions({ id, channel, state }) {
  const act = (what) => () => call('POST', '/merchant-applications/' + encodeURIComponent(id) + what, {});
  const approve = ['通过 · Approve', act('/approve')];
  if (state === 'in_review')
    return channel === 'wechat_pay' ? [['要求账户验证 · Verify account', act('/verify-account')], approve] : [approve];
  if (state === 'verify_account') return [['汇款到账 · Remittance arrives', act('/remit')], approve];
  if (state === 'to_sign') return [['签约 · Sign', act('/sign')]];
  if (state === 'opened') return [['冻结 · Freeze', act('/freeze')]];
  return state === 'frozen' ? [['解冻 · Thaw', act('/thaw')]] : [approve];
}

let outsideShown = '';
async function refreshOutside(always) {
  const [scans, transfers, enterprises, messages, applications] = await Promise.all(
    ['/verifications', '/transfers/orders', '/registry', '/messages', '/merchant-applications'].map((path) =>
      call('GET', path)),
  );
  const now = JSON.stringify([scans, transfers, enterprises, messages, applications]);
  if (!always && now === outsideShown) return;
  outsideShown = now;
  fill('scans', scans.items.slice(0, 50).map((scan) => [
    code(scan.reference), cell(scan.enterpriseName), cell(said(scan.state)), buttons(scanActions(scan)),
  ]));
  fill('transfers', transfers.items.slice(0, 50).map((transfer) => [
    code(transfer.reference), code(transfer.accountNumber), cell(yuan(transfer.amountFen), 'number'),
    cell(said(transfer.state)), buttons(transferActions(transfer)),
  ]));
  fill('applications', applications.items.slice(0, 50).map((application) => [
    code(application.id), cell(application.channel), cell(application.name),
    cell(said(application.state) + (application.amountFen ? ' ' + yuan(application.amountFen) : '')),
    buttons(applicationActions(application)),
  ]));
  fill('enterprises', enterprises.items.map((enterprise) => [
    code(enterprise.code), cell(enterprise.name), cell(enterprise.legalRepresentative), cell(said(enterprise.state)),
    buttons([['删除 · Forget', () => call('DELETE', '/registry/' + enterprise.code)]]),
  ]));
  fill('messages', messages.items.slice(0, 50).map((message) => [
    cell(message.at), cell(message.channel), cell(message.to), cell(message.subject), cell(message.text),
  ]));
}
alsoRefresh.push(refreshOutside);
onSubmit('enterprise', ({ code: of, name, legalRepresentative, state }) =>
  call('PUT', '/registry/' + encodeURIComponent(of), { name, legalRepresentative: legalRepresentative || '', state }));
onSubmit('rejection', ({ id, field, reason }) =>
  call('POST', '/merchant-applications/' + encodeURIComponent(id) + '/reject', { reasons: [{ field, reason }] }));
void refresh(true);
`;
