import { InterceptingCall, Metadata, status, type Interceptor } from '@grpc/grpc-js';
import {
  Client,
  Connection,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
  type GrpcRetryOptions,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** All our workflows and activities share one queue until one of them must scale by itself. */
export const taskQueue = 'mallflow';

const resourceExhausted = 8;
const unavailable = 14;

/**
 * What is worth asking again until the deadline: a server that is not there, and a run in the middle of closing. Every
 * other RESOURCE_EXHAUSTED is overload, which the SDK's own interceptor would hide by retrying for seconds (E3).
 */
export const patientOnlyWithAbsence: GrpcRetryOptions = {
  retryableDecider: (_, status) =>
    status.code === unavailable || (status.code === resourceExhausted && /closing/i.test(status.details)),
  delayFunction: (attempt) => Math.min(500, 25 * 2 ** Math.min(attempt, 5)) * (0.75 + Math.random() / 2),
};

/**
 * A call upon a connection that is closed ends with a status. The SDK asks again from a timer: what is thrown there
 * nobody can catch, so it would end the process, and whoever waits for the call would never hear.
 */
const endsWithTheConnection: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch (error) {
    // rule: closed-connections-end-their-calls
    if (!(error instanceof Error && /shut down/.test(error.message))) throw error;
    return new InterceptingCall(endedCall(error.message));
  }
};

function endedCall(details: string): ReturnType<Parameters<Interceptor>[1]> {
  const nothing = (): void => undefined;
  return {
    start: (_, listener) => {
      process.nextTick(() => {
        listener?.onReceiveMessage?.(null);
        listener?.onReceiveStatus?.({ code: status.CANCELLED, details, metadata: new Metadata() });
      });
    },
    ...{ sendMessage: nothing, sendMessageWithContext: nothing, startRead: nothing, halfClose: nothing },
    ...{ cancelWithStatus: nothing, getPeer: () => '', getAuthContext: () => null },
  };
}

export interface TemporalTarget {
  readonly connectionOptions: ConnectionOptions;
  readonly namespace: string;
}

/** Address, namespace, API key and TLS from the environment and profile that the Temporal tools share. */
export function temporalTarget(environment: Readonly<Record<string, string | undefined>>): TemporalTarget {
  const config = loadClientConnectConfig({ overrideEnvVars: definedOnly(environment) });
  return { connectionOptions: config.connectionOptions, namespace: config.namespace ?? 'default' };
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** A client that connects on its first call, so that the API starts, and answers reads, while Temporal is away. */
export function lazyClient(target: TemporalTarget): Client {
  const connection = Connection.lazy({
    ...target.connectionOptions,
    interceptors: [makeGrpcRetryInterceptor(patientOnlyWithAbsence), endsWithTheConnection],
    // gRPC's own pauses grow to two minutes; a server that is back must be used again within a command's deadline.
    channelArgs: {
      ...target.connectionOptions.channelArgs,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
    },
  });
  return new Client({ connection, namespace: target.namespace });
}
