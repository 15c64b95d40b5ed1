// Command ddbcrypt encrypts, decrypts, verifies, inspects and diagnoses items in
// the format of the Amazon DynamoDB Encryption Client, and manages the tables that
// keep keys for them.
//
//	ddbcrypt item encrypt|decrypt|verify|inspect|diagnose [flags] [FILE…]
//	ddbcrypt metastore create|list|rotate|replicate [flags]
//
// # Input and output of item
//
// Items are read from the files, or from standard input if there is none or if a
// file is "-". Each line is one item in DynamoDB JSON, {"id":{"S":"alice"}}, or
// the same wrapped as S3 exports are, {"Item":{"id":{"S":"alice"}}}; gzip is
// recognized. JSON is read strictly: invalid UTF-8, lone surrogates and duplicate
// names make a bad line. Blank lines are skipped.
//
// Results go to standard output in the order of the input; an item that was
// wrapped comes out wrapped. Items are handled concurrently and as a stream:
// memory does not grow with the input.
//
// A bad item is one line on standard error,
//
//	ddbcrypt: FILE:LINE: reason
//
// where FILE is <stdin> for standard input. It has no line on standard output
// (except of diagnose, which explains it there); the other items are still done.
// With --fail-fast the first bad item is the last that is handled; --verbose counts
// items on standard error at the end. Errors name attributes, never values.
//
// # Commands of item
//
//	encrypt   encrypts and signs plaintext items
//	decrypt   verifies and decrypts items; --allow-plaintext lets items that were
//	          never encrypted pass, unverified, and counts them on standard error
//	verify    verifies items and prints nothing if they are good; needs no secret
//	          key if a public key verifies
//	inspect   shows what an item says of itself, without any key: signature,
//	          material description, and the type and size of each attribute;
//	          --json prints one JSON object for each item. Nothing of it is verified
//	diagnose  says why items do not verify, as far as that can be known: another
//	          table name (--table NAME offers candidates), other actions, attributes
//	          that were added, removed or exchanged, another key (--other-config FILE
//	          offers the keys and the table name of another configuration)
//
// # Commands of metastore
//
// They work on the table of provider.store, where a provider of type most_recent
// has its keys. The configuration needs nothing besides provider, region and
// endpoints.
//
//	create     makes the table, unless it exists, and waits until it can be used;
//	           --read-units N and --write-units N provision it, on demand otherwise
//	list       lists materials and versions as the table names them; --material NAME
//	           only those of one, --verify reads, verifies and decrypts each. A row
//	           that is no version is a line on standard error
//	rotate     makes the next version of a material and prints its number
//	replicate  copies the versions of a material, or only --version N, to the store
//	           of the configuration --to FILE. What exists there is left alone
//
// rotate and replicate work on provider.material_name, or on --material NAME. With
// --json each prints JSON objects, one on each line: of create with table and
// created; of the others with material and version, and newest (list), ok and
// reason (list --verify), result (replicate: copied, exists or failed), and table and
// reason of what failed.
//
// create and list need no keys; list --verify and the source of replicate need those
// that read the rows of the store, rotate and the target of replicate those that
// write them.
//
// # Configuration
//
// All commands but inspect need --config FILE or $DDBCRYPT_CONFIG, which says
// where the items live, what happens to each attribute, and which keys are used. It
// is YAML, so JSON too:
//
//	table: users                  # signed table name; without it none is signed
//	partition_key: id
//	sort_key: created             # optional
//	default_action: encrypt       # encrypt | sign | none
//	actions: {plan: sign, views: none}
//	provider:
//	  type: wrapped               # static | wrapped | kms | keystore | most_recent
//	  encryption_key:   {algorithm: AES, encoding: raw, base64: …}        # static
//	  wrapping_key:     {algorithm: RSA, encoding: der, file: public.der} # wrapped
//	  unwrapping_key:   {algorithm: RSA, encoding: pem, file: key.pem}
//	  signing_key:      {algorithm: HmacSHA256, encoding: raw, base64: …}
//	  verification_key: {algorithm: HmacSHA256, encoding: raw, base64: …}
//
// Reader and writer of an item must agree on table, keys and actions: they are
// signed and not stored. The key attributes are signed by themselves (none if
// every action is none), and "encrypt" for one of them is an error. Without
// partition_key no attribute is known to be a key: give those of the table the
// action sign. Under type kms no key attribute is bound to the data key then.
//
// Key material is base64, or a file whose relative name starts at the directory of
// the configuration; its encoding is raw, der (SPKI or PKCS #8) or pem. Only keys
// that a command needs are read: to encrypt, encryption_key or wrapping_key, and
// signing_key; to decrypt, encryption_key or unwrapping_key (by default
// wrapping_key, if that is AES), and verification_key (by default signing_key); to
// verify and diagnose, verification_key. AES keys are raw; signing keys are
// HmacSHA256, SHA256withRSA or SHA256withECDSA, or the same with SHA224, SHA384 or
// SHA512.
//
// Type kms has the key in AWS KMS:
//
//	provider:
//	  type: kms
//	  key_id: arn:aws:kms:…       # key ID, key ARN, alias/NAME or alias ARN
//	  decryption_keys: [ARN, …]   # of older items; they decrypt without key_id too
//	  grant_tokens: [TOKEN, …]
//	  allow_any_kms_key: false    # true: decrypt under every key that the caller may use
//
// Type most_recent has keys in a DynamoDB table, which another provider protects.
// To encrypt, the keys that write a row of it are needed only if it has no version
// of the material yet:
//
//	provider:
//	  type: most_recent
//	  material_name: users
//	  ttl: 5m                     # how long a version is used before asking again; the default
//	  cache_size: 1000            # versions in memory; the default
//	  store:
//	    table: keys               # name or ARN
//	    provider: {type: kms, …}  # any but most_recent
//	    sign_only: [NAME, …]      # extra data in the rows that is not encrypted
//	    signed_table: NAME        # of a restored table
//	    region: eu-west-1         # of this table only, likewise
//	    endpoint: https://…
//
// Type keystore has the keys in a PKCS #12 file, or in a directory of PEM files:
//
//	provider:
//	  type: keystore
//	  keystore: {file: keys.p12, password_file: NAME}  # or password_env: NAME; or {directory: NAME}
//	  wrapping_alias: enc-2026
//	  signing_alias: sig-2026
//	  signing_algorithm: SHA256withRSA                 # optional
//	  previous: [{wrapping_alias: …, signing_alias: …}]
//	  unnamed: {wrapping_alias: …, signing_alias: …}   # for items that name no aliases
//
// Services are called with the Region and credentials that the AWS SDK finds:
// environment, shared files, roles. At the top of the configuration, region: NAME
// wins over that Region, and is won over by that of a key's or table's ARN;
// endpoints: {dynamodb: URL, kms: URL} sends requests elsewhere. An endpoint on
// loopback needs neither Region nor credentials.
//
// More keys, all optional:
//
//	signed_table           sign and verify under this name instead of table: for a
//	                       table that was restored or renamed
//	description_attribute  names of the two attributes that the item encryptor adds,
//	signature_attribute    *amzn-ddb-map-desc* and *amzn-ddb-map-sig* by default
//	description_prefix     of its own entries in the material description,
//	                       amzn-ddb-map- by default
//	java_order             true writes what only the Java client verifies, where it
//	                       and the Python client differ; both are always read
//	provider.description   entries to add to the material description, in the clear; of
//	                       type kms amzn-ddb-env-alg and amzn-ddb-sig-alg ask for
//	                       other algorithms
//	provider.wrap_algorithm  of RSA: a Java transformation, by default
//	                       RSA/ECB/OAEPWithSHA-256AndMGF1Padding
//	provider.allow_weak_keys  true accepts HMAC keys of less than 128 bits and RSA
//	                       keys of less than 2048, for old data; it stands beside the
//	                       key, for a store's in provider.store.provider
//	provider.allow_pkcs1   true unwraps RSA PKCS #1 v1.5, as the oldest Java items
//	                       need it
//
// # Exit codes
//
//	0  done
//	1  some items or versions failed, or standard output broke, or the command was
//	   interrupted
//	2  usage or configuration
//	3  a service gave no answer, or refused the credentials
//
// What a service answers about an item is about that item, such as access denied or
// throttled: exit code 1, and the others are still done. With code 3 a command ends
// at the first item, as the others would fail likewise; so it does, with code 2, if
// it has to write to a store and the keys for that are not configured.
package main
