// Brings the database to the newest schema:  DATABASE_OWNER_URL=... [DATABASE_APP_ROLE=fks_app] npm run migrate
import { entities } from '../src/entities.js';
import { migrate } from '../src/platform/database/migrate.js';

const ownerUrl = process.env['DATABASE_OWNER_URL'];
if (!ownerUrl) {
  console.error('DATABASE_OWNER_URL is not set: migrations run as the role that owns the tables');
  process.exit(1);
}
try {
  const ran = await migrate(ownerUrl, process.env['DATABASE_APP_ROLE'] || 'fks_app', entities);
  console.log(ran.length > 0 ? `migrated: ${ran.join(', ')}` : 'the database is up to date');
} catch (error) {
  console.error('migration failed:', error instanceof Error ? error.message : error);
  process.exit(1);
}
