/** As clients know the service. */
export const serviceName = 'FKS Portfolio API';
export const serviceVersion = '0.1.0';
