import { createServer, type Server, type ServerResponse } from 'node:http';
import type { WorkerMetrics } from './metrics';

/** What an operator's tools ask a worker: whether it works, and its figures. Not for the outside. */
export function serveOperations(
  at: { readonly port: number; readonly host: string },
  parts: { readonly isReady: () => Promise<boolean>; readonly metrics: Pick<WorkerMetrics, 'text' | 'registry'> },
): Server {
  const answer = async (url: string | undefined, response: ServerResponse): Promise<void> => {
    switch (url) {
      case '/readyz':
        response.writeHead((await parts.isReady()) ? 200 : 503).end();
        return;
      case '/metrics': {
        const text = await parts.metrics.text();
        response.writeHead(200, { 'content-type': parts.metrics.registry.contentType }).end(text);
        return;
      }
      default:
        response.writeHead(404).end();
    }
  };
  return createServer((request, response) => {
    answer(request.url, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(503).end();
    });
  }).listen(at);
}
