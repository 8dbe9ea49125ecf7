import type { Router } from 'express';
import type { Books } from '../books/books';
import type { ScanNotifier } from '../identity/notifier';
import { NotPossible } from '../not-possible';
import { isPaid } from '../wechat/orders';
import { beginOfDay } from '../wechat/time';
import * as schemas from './schemas';
import { paymentInBooks, refundInBooks } from './told';

interface BookControls {
  readonly books: Books;
  readonly scanNotifier: ScanNotifier;
}

/** The channel's own books, for whoever compares them with ours. */
export function bookRoutes(router: Router, { books, scanNotifier }: BookControls): void {
  router.get('/books', (request, response) => {
    const { limit } = schemas.booksQuery.parse(request.query);
    response.json({
      totals: totals(books),
      payments: books.newestOrders(limit).map((order) => paymentInBooks(books, order)),
      refunds: books.newestRefunds(limit).map(refundInBooks),
    });
  });
  router.get('/notifications', (_request, response) => {
    const scans = scanNotifier.open().map(({ state, reference, ...rest }) => {
      return { event: `scan.${state}`, number: reference, ...rest };
    });
    const items = [...books.openNotices(), ...scans].map(({ event, number, sent, nextAt }) => {
      return { event, number, sent, nextAt: new Date(nextAt).toISOString() };
    });
    response.json({ items });
  });
  router.post('/bills/:day/publish', async (request, response) => {
    schemas.emptyBody.parse(request.body ?? {});
    const { day } = request.params;
    if (Number.isNaN(beginOfDay(day))) throw new NotPossible(404, 'days are written YYYY-MM-DD');
    await books.publish(day);
    response.json({ day });
  });
}

/** `heldFen`: came in and did not go back. */
function totals(books: Books) {
  const sums = { payments: 0, paid: 0, refunds: 0, paidFen: 0, refundedFen: 0, refundsInProcessingFen: 0 };
  for (const order of books.allOrders()) {
    sums.payments += 1;
    if (!isPaid(order)) continue;
    sums.paid += 1;
    sums.paidFen += order.total;
  }
  for (const refund of books.allRefunds()) {
    sums.refunds += 1;
    if (refund.state === 'SUCCESS') sums.refundedFen += refund.amount;
    if (refund.state === 'PROCESSING') sums.refundsInProcessingFen += refund.amount;
  }
  return { ...sums, heldFen: sums.paidFen - sums.refundedFen };
}
