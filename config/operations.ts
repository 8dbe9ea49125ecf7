import { z } from 'zod';
import { baseRule, isBase } from './given';
import { integer, seconds } from './values';

/** What operators see of an installation, and how it looks after itself. */
export const operationsVariables = {
  MALLFLOW_LOST_GRACE_SECONDS: seconds.default(30_000),
  MALLFLOW_TEMPORAL_UI_URL: z.string().refine(isBase, baseRule).optional(),
  MALLFLOW_SDK_METRICS_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d{1,5}$/, 'host:port')
    .optional(),
  MALLFLOW_EVENTS_MS: integer(10, 10_000).default(200),
  MALLFLOW_MAX_STREAMS: integer(1, 100_000).default(2_000),
} as const;
