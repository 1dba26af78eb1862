import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** A key of its own use: what signs must not encrypt as well (NIST SP 800-57 §5.2). */
function keyOf(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'tenantry auth provider token', 32));
}

/**
 * Encrypts a one-time token until it is delivered, so that neither a copy of the database nor its log gives it away.
 * @param id of the delivery: the token can be opened as part of no other
 */
export function sealToken(token: string, id: string, secret: Buffer): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, keyOf(secret), nonce, { authTagLength: tagLength }).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The token, by whichever secret it was encrypted with; undefined where that is none of these. */
export function openToken(sealed: Buffer, id: string, secrets: readonly Buffer[]): string | undefined {
  for (const secret of secrets) {
    try {
      return decrypted(sealed, id, secret);
    } catch {
      // Encrypted with another secret: its tag does not fit this one.
    }
  }
  return undefined;
}

function decrypted(sealed: Buffer, id: string, secret: Buffer): string {
  const tagEnd = nonceLength + tagLength;
  const decipher = createDecipheriv(algorithm, keyOf(secret), sealed.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(nonceLength, tagEnd));
  return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]).toString('utf8');
}
