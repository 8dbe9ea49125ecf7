import { enterpriseStates } from '../registry/registry';

const states = enterpriseStates.map((state) => `<option value="${state}">${state}</option>`).join('');

/** Everybody outside but the payment channel. */
export const outsideHtml = `<h2>法定代表人扫码 · Scans of legal representatives</h2>
<div class="scroll"><table>
<thead><tr><th>单号 · reference</th><th>企业 · enterprise</th><th>状态 · state</th><th>操作 · actions</th></tr></thead>
<tbody id="scans"></tbody></table></div>

<h2>对公打款 · Transfers to corporate accounts</h2>
<div class="scroll"><table>
<thead><tr><th>单号 · reference</th><th>账号 · account</th><th>金额(元) · yuan</th><th>状态 · state</th><th>操作 · actions</th></tr></thead>
<tbody id="transfers"></tbody></table></div>

<h2>商户号申请 · Merchant applications</h2>
<div class="scroll"><table>
<thead><tr><th>单号 · number</th><th>渠道 · channel</th><th>商户 · merchant</th><th>状态 · state</th><th>操作 · actions</th></tr></thead>
<tbody id="applications"></tbody></table></div>
<form id="rejection">
  <label>单号 · number <input name="id" pattern="[0-9]+" required></label>
  <label>字段 · field <input name="field" value="merchant_shortname" required></label>
  <label>原因 · reason <input name="reason" value="商户简称不规范" required></label>
  <button>驳回 · Reject</button>
</form>

<h2>工商登记 · Register of enterprises</h2>
<p>未登记的有效代码视为在营，名称与查询一致。· A valid code that is not listed is active, under the name asked for.</p>
<form id="enterprise">
  <label>统一社会信用代码 · code <input name="code" pattern="[0-9A-Z]{18}" required></label>
  <label>名称 · name <input name="name" required></label>
  <label>法定代表人 · legal representative <input name="legalRepresentative"></label>
  <label>状态 · state <select name="state">${states}</select></label>
  <button>登记 · Register</button>
</form>
<div class="scroll"><table>
<thead><tr><th>代码 · code</th><th>名称 · name</th><th>法定代表人 · legal representative</th><th>状态 · state</th><th></th></tr></thead>
<tbody id="enterprises"></tbody></table></div>

<h2>短信与邮件 · SMS and mail</h2>
<div class="scroll"><table>
<thead><tr><th>时间 · at</th><th>渠道 · channel</th><th>收件人 · to</th><th>标题 · subject</th><th>内容 · text</th></tr></thead>
<tbody id="messages"></tbody></table></div>
`;
