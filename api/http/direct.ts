import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { attend, type Desk } from './attend';
import { readRaw } from './raw-body';
import type { Route } from './route';

/** Sets the headers that protect a browser. */
export type Secure = (request: IncomingMessage, response: ServerResponse, done: () => void) => void;

/**
 * Serves a route's exact address on Node's own request and response. Express gives both another prototype and looks a
 * path up among all; in a storm of notifications that costs as much CPU as signature, seal and row together.
 */
export function direct(desk: Omit<Desk, 'route'> & { readonly route: Route }, secure: Secure): RequestListener {
  const { route, services } = desk;
  const { raw, take } = route;
  if (raw === undefined || take === undefined) throw new Error(`${route.path} cannot be served directly`);
  return (request, response) => {
    const done = attend(desk, request, response, async (place) => {
      try {
        const body = await place.whileOutside(() => readRaw(request, raw));
        const { status } = await take(services, request.headers, body);
        // Nothing that a browser could misread: no content.
        response.writeHead(status).end();
      } catch (error) {
        secure(request, response, () => undefined);
        throw error;
      }
    });
    void done;
  };
}
