/** What operators and the watchdog do to a case of any kind without moving it; the acts of its own table have their words. */
export const interventionWords: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  extend_deadline: { en: '{actor} moved the deadline[ to {until}]', zh: '{actor} 延长了期限[至 {until}]' },
  retry_now: { en: '{actor} had the open step tried at once', zh: '{actor} 要求立即重试' },
  resend: { en: '{actor} sent the reminder again', zh: '{actor} 重新发送了提醒' },
  ask_approval: {
    en: '{actor} asked for a step that needs a second operator[: {step}]',
    zh: '{actor} 申请了需第二名运营确认的操作[：{step}]',
  },
  confirm_approval: {
    en: '{actor} confirmed what another operator asked for[: {step}]',
    zh: '{actor} 确认了另一名运营申请的操作[：{step}]',
  },
  refuse_approval: {
    en: '{actor} refused what an operator asked for[: {step}]',
    zh: '{actor} 否决了运营申请的操作[：{step}]',
  },
  lost: { en: 'Its run is gone; operators were told', zh: '流程运行实例丢失，已通知运营' },
  found: { en: 'Its run is there again', zh: '流程运行实例已恢复' },
  resume: { en: '{actor} had its run started again from what is stored', zh: '{actor} 依据已存数据重新启动了流程' },
};
