import { z } from 'zod';
import { awardTemplates, type Choice } from '../../domain/stock/award-templates';
import { platforms } from '../../domain/stock/platforms';
import { ownCategories } from '../../domain/stock/states';
import type { Language } from '../../domain/shared/errors';
import type { Page, PageRequest } from '../../db/lists';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { route, type AnyRoute } from '../http/route';

const choiceShape = { ...resourceShape, name: z.string() };

/** The choices are part of the product: they change with its version, and these are since its first. */
const since = '2026-11-22T00:00:00.000Z';

function renderChoice<C extends Choice>({ zh, en, ...rest }: C, language: Language) {
  const name = language === 'en' ? en : zh;
  return { ...rest, name, state: 'offered', createdAt: since, updatedAt: since, actions: [] };
}

/** In the order of their ids, which is the order to show them in. */
function pageOfChoices<C extends Choice>(choices: readonly C[], { after, limit }: PageRequest): Page<C> {
  const rest = choices.filter(({ id }) => after === null || id > after);
  const items = rest.slice(0, limit);
  return { items, nextCursor: rest.length > limit ? (items.at(-1)?.id ?? null) : null };
}

const templates = route({
  method: 'get',
  path: '/v1/award-templates',
  summary: 'Award templates (发奖模板), those of a category or all',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({ category: z.enum(ownCategories).optional() }),
  answers: { 200: listSchema(z.strictObject({ ...choiceShape, category: z.enum(ownCategories) })) },
  handle: ({ query, language }) => {
    const { category } = query;
    const found = awardTemplates.filter((template) => category === undefined || template.category === category);
    const page = pageOfChoices(found, pageRequest(query));
    return Promise.resolve({ status: 200, body: listAnswer(page, (template) => renderChoice(template, language)) });
  },
});

const supported = route({
  method: 'get',
  path: '/v1/platforms',
  summary: 'Platforms a commodity may be meant for (支持平台)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({}),
  answers: { 200: listSchema(z.strictObject(choiceShape)) },
  handle: ({ query, language }) => {
    const page = pageOfChoices(platforms, pageRequest(query));
    return Promise.resolve({ status: 200, body: listAnswer(page, (platform) => renderChoice(platform, language)) });
  },
});

export const choiceRoutes: readonly AnyRoute[] = [templates, supported];
