package interop

import "encoding/json"

// A Request asks a peer to encrypt or decrypt one item, or for something about the store of a most recent provider.
// It is one JSON line on the peer's standard input.
type Request struct {
	// Op is one of the operations; those of a store heed only Provider, of type [ProviderMostRecent].
	Op string `json:"op"`
	// Item is the item in DynamoDB JSON.
	Item json.RawMessage `json:"item,omitempty"`
	// Table is the signed table name; nil signs no name.
	Table *string `json:"table,omitempty"`
	// PartitionKey and SortKey name the key attributes; empty means none.
	PartitionKey string `json:"partition_key,omitempty"`
	SortKey      string `json:"sort_key,omitempty"`
	// DefaultAction holds for attributes that Actions does not name; empty means [ActionEncrypt].
	// Key attributes that Actions does not name are signed, unless no action at all signs.
	DefaultAction string            `json:"default_action,omitempty"`
	Actions       map[string]string `json:"actions,omitempty"`
	Provider      Provider          `json:"provider"`
	// Call is what an [OpCall] calls. The client finds the key attributes and the table name by itself.
	Call *Call `json:"call,omitempty"`
	// Mapped is the object of an operation of Java's mapper. Its Table is where it is; the class says the rest.
	Mapped *Mapped `json:"mapped,omitempty"`
	// Java changes names that only the Java client lets change.
	Java *JavaNames `json:"java,omitempty"`
}

// Operations of a [Request] on an item.
const (
	OpEncrypt = "encrypt"
	OpDecrypt = "decrypt"
)

// Operations of a [Request] on a MetaStore.
const (
	// OpCreateStore creates the table and waits until it can be used.
	OpCreateStore = "metastore_create"
	// OpRotate adds a version of the material and returns its number. Python can only after there is one.
	OpRotate = "metastore_rotate"
	// OpMaxVersion returns the number of the newest version, -1 if there is none.
	OpMaxVersion = "metastore_max_version"
)

// OpCall is the operation of a [Request] that calls one of the encrypting clients of Python. Its Table, Item and key
// attributes are not used.
const OpCall = "call"

// A Call is a call of a method of one of Python's encrypting clients.
type Call struct {
	DynamoDB Endpoint `json:"dynamodb"`
	// Through is one of the ways.
	Through string `json:"through"`
	// Method is the Python name of an operation of DynamoDB, or batch_writer.
	Method string `json:"method"`
	// Parameters are those of the operation as DynamoDB has them. [ThroughTable] takes a TableName and an Item or a Key;
	// its batch_writer takes Items.
	Parameters json.RawMessage `json:"parameters"`
}

// Ways of a [Call].
const (
	// ThroughClient is a method of EncryptedClient.
	ThroughClient = "client"
	// ThroughPaginator is all pages from a paginator of EncryptedClient, in a list.
	ThroughPaginator = "paginator"
	// ThroughTable is a method of EncryptedTable, which takes and returns values of Python.
	ThroughTable = "table"
)

// Called is what came of a [Call].
type Called struct {
	// Output is the answer as DynamoDB has it, without metadata; for an error of DynamoDB, that with what came with it.
	Output json.RawMessage `json:"output"`
	// Parameters are those of the call as they are after it.
	Parameters json.RawMessage `json:"parameters"`
}

// Actions of a [Request], as in the configuration of the command line.
const (
	ActionEncrypt = "encrypt"
	ActionSign    = "sign"
	ActionNone    = "none"
)

// JavaNames are the names that the Java client lets its users change; empty means the usual one.
type JavaNames struct {
	DescriptionPrefix    string `json:"description_prefix,omitempty"`
	DescriptionAttribute string `json:"description_attribute,omitempty"`
	SignatureAttribute   string `json:"signature_attribute,omitempty"`
}

// A Provider is the provider part of the configuration of the command line, with the services that it asks.
// A client may keep what it made for a provider and use it for later requests with the same one.
type Provider struct {
	// Type is one of the types of providers.
	Type            string `json:"type"`
	EncryptionKey   *Key   `json:"encryption_key,omitempty"`
	WrappingKey     *Key   `json:"wrapping_key,omitempty"`
	UnwrappingKey   *Key   `json:"unwrapping_key,omitempty"`
	SigningKey      *Key   `json:"signing_key,omitempty"`
	VerificationKey *Key   `json:"verification_key,omitempty"`
	// WrapAlgorithm is a Java transformation; empty leaves the choice to the client.
	WrapAlgorithm string `json:"wrap_algorithm,omitempty"`
	// Description is the requested material description. Peers heed it on encryption only.
	Description map[string]string `json:"description,omitempty"`

	// KeyID is the KMS key of a [ProviderKMS]: an ARN, a key id or an alias.
	KeyID string `json:"key_id,omitempty"`
	// GrantTokens go with each call to KMS. The Java client has none.
	GrantTokens []string `json:"grant_tokens,omitempty"`
	// KMS is where the key of a [ProviderKMS] is. Python asks the Region of the key's ARN, if it is one.
	KMS *Endpoint `json:"kms,omitempty"`

	// MaterialName, TTLMillis and Store are those of a [ProviderMostRecent].
	MaterialName string `json:"material_name,omitempty"`
	// TTLMillis is how long, in milliseconds, versions and their keys are cached.
	TTLMillis int    `json:"ttl_ms,omitempty"`
	Store     *Store `json:"store,omitempty"`

	// AllowWeakKeys and AllowPKCS1 are for our side; the peers need no permission.
	AllowWeakKeys bool `json:"allow_weak_keys,omitempty"`
	AllowPKCS1    bool `json:"allow_pkcs1,omitempty"`
}

// Types of a [Provider].
const (
	ProviderStatic     = "static"
	ProviderWrapped    = "wrapped"
	ProviderKMS        = "kms"
	ProviderMostRecent = "most_recent"
)

// An Endpoint is a service and who calls it.
type Endpoint struct {
	URL    string `json:"url"`
	Region string `json:"region"`
	// AccessKey names the caller. The secret is made up: servers for tests do not check signatures.
	AccessKey string `json:"access_key"`
}

// A Store is a MetaStore: its table, and the provider that seals the rows. That one needs the keys to seal and to open.
type Store struct {
	Table    string   `json:"table"`
	DynamoDB Endpoint `json:"dynamodb"`
	Provider Provider `json:"provider"`
}

// A Key is one key of a [Provider]: raw bytes, or DER in PKCS #8 (private) or SPKI (public) form.
// These are throw-away test keys: unlike the library's keys they print their bytes.
type Key struct {
	Algorithm string `json:"algorithm"`
	Encoding  string `json:"encoding"`
	Base64    []byte `json:"base64"`
}

// Encodings of a [Key].
const (
	EncodingRaw = "raw"
	EncodingDER = "der"
)

// answer is one JSON line on a peer's standard output: an item, the number of a version, what came of a call, objects,
// nothing or an error.
type answer struct {
	Called
	Item    json.RawMessage   `json:"item"`
	Version int64             `json:"version"`
	Objects []json.RawMessage `json:"objects"`
	Error   string            `json:"error"`
}

// Decrypting returns the request that reverses r: it asks for sealed to be decrypted with the same settings.
func (r Request) Decrypting(sealed json.RawMessage) Request {
	r.Op = OpDecrypt
	r.Item = sealed
	return r
}

// Golden is one line of the golden files: an item sealed by a published client, and what a reader must get back.
type Golden struct {
	// Name says in a sentence what the item is an example of.
	Name string `json:"name"`
	// Client is the client and version that sealed the item.
	Client string `json:"client"`
	// Request is what the client was asked, with the plain item as it was given.
	Request Request `json:"request"`
	// Sealed is the client's answer.
	Sealed json.RawMessage `json:"sealed"`
	// Plain is the plain item with numbers in normal form and sets in sorted order (see [Canonical]).
	Plain json.RawMessage `json:"plain"`
	// AllowPKCS1 is set where reading the item takes RSA PKCS #1 v1.5 unwrapping.
	AllowPKCS1 bool `json:"allow_pkcs1,omitempty"`
}

// GoldenStore is a MetaStore table that a published client made, and items that it sealed under its versions.
type GoldenStore struct {
	// Name says in a sentence what the store is an example of.
	Name string `json:"name"`
	// Client is the client and version.
	Client string `json:"client"`
	// Rows are the items of the table, in DynamoDB JSON.
	Rows []json.RawMessage `json:"rows"`
	// Items have requests whose provider names the table, and no endpoint.
	Items []Golden `json:"items"`
}
