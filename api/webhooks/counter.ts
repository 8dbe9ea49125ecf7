import { Counter } from 'prom-client';

/** `outcome`: accepted, or the fault it was refused for. Registered by the application that shows it. */
export function notificationCounter(): Counter<'channel' | 'outcome'> {
  return new Counter({
    name: 'mallflow_notifications_total',
    help: 'Notifications of payment channels: accepted, or why they were refused',
    labelNames: ['channel', 'outcome'],
    registers: [],
  });
}
