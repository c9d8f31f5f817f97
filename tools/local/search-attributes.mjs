// A Temporal server of somebody else's does not know the service's search attributes until they are registered.
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { searchAttributes } from './temporal.mjs';

const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
/** gRPC's code for "is there already". */
const alreadyExists = 6;

/** @param {string} address @param {string} namespace */
export async function registerSearchAttributes(address, namespace) {
  const connection = await Connection.connect({ address, connectTimeout: 10_000 });
  try {
    for (const name of Object.keys(searchAttributes)) {
      try {
        await connection.withDeadline(Date.now() + 10_000, () =>
          connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: keyword } }),
        );
      } catch (error) {
        if (/** @type {{ code?: number }} */ (error).code !== alreadyExists) throw error;
      }
    }
  } finally {
    await connection.close();
  }
}
