/** Plain browser code. Everything that comes from the books is set as text, never as markup. */
export const pageScript = String.raw`'use strict';
const byId = (id) => document.getElementById(id);
const words = {
  unpaid: '待支付 · unpaid', in_progress: '支付中 · paying', failed: '支付失败 · refused', paid: '已支付 · paid',
  refunding: '退款中 · refunding', part_refunded: '部分退款 · part refunded', refunded: '已退款 · refunded',
  closed: '已关闭 · closed', processing: '处理中 · processing', succeeded: '成功 · succeeded', abnormal: '异常 · abnormal',
};
const yuan = (fen) => {
  const digits = String(fen).padStart(3, '0');
  return digits.slice(0, -2) + '.' + digits.slice(-2);
};

function say(text, isError) {
  const message = byId('message');
  message.textContent = text;
  message.className = isError ? 'error' : '';
}

async function call(method, path, body) {
  const answer = await fetch('/control' + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  const parsed = text === '' ? {} : JSON.parse(text);
  if (!answer.ok) throw new Error(answer.status + ': ' + (parsed.message || text));
  return parsed;
}

async function act(label, work) {
  try {
    const result = await work();
    const answers = result && result.answers ? ' ' + JSON.stringify(result.answers) : '';
    say(label + ' ✓' + answers, false);
  } catch (error) {
    say(label + ' ✗ ' + error.message, true);
  }
  await refresh(true);
}

function cell(text, className) {
  const td = document.createElement('td');
  td.textContent = text;
  if (className) td.className = className;
  return td;
}
function code(text) {
  const td = document.createElement('td');
  const inner = document.createElement('code');
  inner.textContent = text;
  td.append(inner);
  return td;
}
function buttons(list) {
  const td = document.createElement('td');
  for (const [label, work] of list) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      button.disabled = true;
      void act(label, work);
    });
    td.append(button);
  }
  return td;
}
function fill(id, rows) {
  byId(id).replaceChildren(...rows.map((cells) => {
    const tr = document.createElement('tr');
    tr.append(...cells);
    return tr;
  }));
}

function paymentActions(payment) {
  const path = '/payments/' + encodeURIComponent(payment.channelNumber);
  const post = (what, body) => () => call('POST', path + what, body);
  if (['unpaid', 'failed', 'in_progress'].includes(payment.state)) {
    return [
      ['付款 · Pay', post('/pay', {})],
      ['付款但不通知 · Pay, no notification', post('/pay', { notify: false })],
      ['拒绝 · Refuse', post('/refuse', {})],
    ];
  }
  if (payment.state === 'closed') return [['虽已关闭仍付款 · Pay although closed', post('/pay', { force: true })]];
  return [['再次通知 · Notify again', post('/notify', { times: 1 })]];
}

function refundActions(refund) {
  const path = '/refunds/' + encodeURIComponent(refund.refundNumber);
  const settle = (as) => () => call('POST', path + '/settle', { as });
  const success = ['退款成功 · Succeed', settle('success')];
  if (refund.state === 'processing')
    return [success, ['退款关闭 · Close', settle('closed')], ['退款异常 · Abnormal', settle('abnormal')]];
  const again = ['再次通知 · Notify again', () => call('POST', path + '/notify', { times: 1 })];
  return refund.state === 'abnormal' ? [success, again] : [again];
}

let shown = '';
/** What further scripts show. */
const alsoRefresh = [];
async function refresh(always) {
  try {
    const [books, faults, notifications] = await Promise.all([
      call('GET', '/books?limit=50'), call('GET', '/faults'), call('GET', '/notifications'),
    ]);
    for (const also of alsoRefresh) await also(always);
    const now = JSON.stringify([books, faults, notifications]);
    // Buttons stay where they are under the pointer while nothing has changed.
    if (!always && now === shown) return;
    shown = now;
    const { totals } = books;
    byId('totals').textContent =
      '已收 · paid ' + yuan(totals.paidFen) + ' · 已退 · refunded ' + yuan(totals.refundedFen) +
      ' · 持有 · held ' + yuan(totals.heldFen) + ' (' + totals.payments + ' / ' + totals.refunds + ')';
    fill('payments', books.payments.map((payment) => [
      code(payment.channelNumber), cell(payment.description), cell(yuan(payment.amountFen), 'number'),
      cell(words[payment.state] || payment.state), buttons(paymentActions(payment)),
    ]));
    fill('refunds', books.refunds.map((refund) => [
      code(refund.refundNumber), cell(yuan(refund.amountFen), 'number'),
      cell(words[refund.state] || refund.state), buttons(refundActions(refund)),
    ]));
    fill('faults', faults.items.map((fault) => [
      cell(fault.target), cell(fault.kind), cell(fault.on || '任意 · anywhere'), cell(String(fault.left)),
      buttons([['关闭 · Switch off', () => call('DELETE', '/faults?id=' + fault.id)]]),
    ]));
    fill('notifications', notifications.items.slice(0, 50).map((notice) => [
      cell(notice.event), code(notice.number), cell(String(notice.sent)), cell(notice.nextAt),
    ]));
  } catch (error) {
    say('无法读取 · cannot read: ' + error.message, true);
  }
}

function onSubmit(id, work) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.target));
    void act(event.target.querySelector('button').textContent, () => work(form));
  });
}
onSubmit('bill', ({ day }) => call('POST', '/bills/' + day + '/publish', {}));
onSubmit('order', ({ amountFen }) => call('POST', '/orders', { amountFen: Number(amountFen) }));
onSubmit('fault', ({ target, kind, on, times }) =>
  call('POST', '/faults', { target, kind, times: Number(times), ...(on === '' ? {} : { on }) }));
byId('clear').addEventListener('click', () => void act('全部关闭 · Switch all off', () => call('DELETE', '/faults')));
document.querySelector('[name=day]').value = new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10);
void refresh(true);
setInterval(() => void refresh(false), 2000);
`;
