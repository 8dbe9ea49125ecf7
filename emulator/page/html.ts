import { faultKinds, places, targets } from '../faults';
import { outsideHtml } from './outside-html';

const options = (values: readonly string[]): string =>
  values.map((value) => `<option value="${value}">${value}</option>`).join('');

/** zh-CN and English side by side: the page is short, and whoever plays the outside world reads one of them. */
export const pageHtml = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>外部世界模拟器 · Emulator</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 72rem; margin: 0 auto; padding: 1rem; }
  h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid #8886; vertical-align: top; }
  td.number { text-align: right; white-space: nowrap; }
  code { word-break: break-all; font-size: .85em; }
  button, select, input { font: inherit; margin: .1rem; }
  .scroll { overflow-x: auto; }
  form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
  label { display: flex; flex-direction: column; font-size: .85em; }
  #message { min-height: 1.5em; padding: .3rem .5rem; position: sticky; top: 0; background: Canvas; }
  #message.error { color: #c00; font-weight: 600; }
</style>
</head>
<body>
<h1>外部世界模拟器 · The emulated outside world</h1>
<p>这里没有真钱，也不会真的发送。在此扮演付款人、微信支付与其他外部方。<br>
No real money here, and nothing is sent. Play the payer, the channel and everybody else.</p>
<p id="message" role="status" aria-live="polite"></p>
<p id="totals"></p>

<h2>支付订单 · Payments</h2>
<div class="scroll"><table>
<thead><tr><th>商户订单号 · number</th><th>说明 · description</th><th>金额(元) · yuan</th><th>状态 · state</th><th>操作 · actions</th></tr></thead>
<tbody id="payments"></tbody></table></div>

<h2>退款 · Refunds</h2>
<div class="scroll"><table>
<thead><tr><th>商户退款单号 · number</th><th>金额(元) · yuan</th><th>状态 · state</th><th>操作 · actions</th></tr></thead>
<tbody id="refunds"></tbody></table></div>

<h2>账单 · Bills</h2>
<form id="bill">
  <label>日期 · day <input name="day" type="date" required></label>
  <button>立即出账 · Publish now</button>
</form>
<form id="order">
  <label>金额(分) · fen <input name="amountFen" type="number" min="1" step="1" value="100" required></label>
  <button>账上多一笔来历不明的收款 · Put an unknown paid order into the books</button>
</form>

${outsideHtml}
<h2>故障 · Faults</h2>
<form id="fault">
  <label>对象 · target <select name="target">${options(targets)}</select></label>
  <label>种类 · kind <select name="kind">${options(faultKinds)}</select></label>
  <label>仅限 · only on <select name="on"><option value="">任意 · anywhere</option>${options(places)}</select></label>
  <label>次数 · times <input name="times" type="number" min="1" step="1" value="1" required></label>
  <button>开启 · Switch on</button>
</form>
<div class="scroll"><table>
<thead><tr><th>对象 · target</th><th>种类 · kind</th><th>仅限 · only on</th><th>剩余 · left</th><th></th></tr></thead>
<tbody id="faults"></tbody></table></div>
<p><button id="clear" type="button">全部关闭 · Switch all off</button></p>

<h2>未确认的通知 · Notifications not acknowledged yet</h2>
<div class="scroll"><table>
<thead><tr><th>事件 · event</th><th>单号 · number</th><th>已发送 · sent</th><th>下次 · next</th></tr></thead>
<tbody id="notifications"></tbody></table></div>
<script src="/page.js"></script>
<script src="/outside.js"></script>
</body>
</html>
`;
