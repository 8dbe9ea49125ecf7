import { Router } from 'express';
import { pageHtml } from './html';
import { outsideScript } from './outside-script';
import { pageScript } from './script';

/** The page with a button for each thing the outside can do. It loads nothing from anywhere else. */
export function pageRoutes(): Router {
  const router = Router();
  const headers = {
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  };
  router.get('/', (_request, response) => void response.set(headers).type('html').send(pageHtml));
  router.get('/page.js', (_request, response) => void response.set(headers).type('js').send(pageScript));
  router.get('/outside.js', (_request, response) => void response.set(headers).type('js').send(outsideScript));
  return router;
}
