// Package tags reads what a struct says about its items in DynamoDB: the
// attribute names, what happens to each attribute, and which are the keys.
//
//	type User struct {
//		_       struct{} `ddbcrypt:"table=users"`
//		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
//		Email   string   `dynamodbav:"email"`
//		Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
//		Version int64    `dynamodbav:"version" ddbcrypt:"version"`
//	}
//
//	model, err := tags.Of(reflect.TypeFor[User]())
//
// [Of] computes the [Model] of a type once and reports everything that is
// wrong with the type together. [ParseField], [ParseStruct] and [ParseRaw]
// read tag text without the type, and [Describe] builds a model from types
// that are known as source only; both are for tools.
//
// # Fields
//
// The ddbcrypt tag of a field is [action][,option…]. Without an action, the
// first option may stand in the first place.
//
//	encrypt    the value is encrypted and signed; the default
//	sign       the value is readable and signed
//	none       the value is readable and not protected
//
//	partition  partition key of the table
//	sort       sort key of the table
//	version    for optimistic locking: an integer, a time (a type that converts
//	           to time.Time), or a pointer to one
//	index      key of a secondary index
//	ttl        expiry time that DynamoDB reads
//
//	index=NAME:partition   in the partition key of the global secondary index
//	                       NAME
//	index=NAME:sort        in its sort key
//	localindex=NAME        sort key of the local secondary index NAME
//
//	unknown    no attribute, but a map of those that the struct does not model
//
// DynamoDB or a condition must be able to read attributes that have an
// option. So an option implies sign, whatever the default of the struct, and
// encrypt beside one is an error. A stated none is allowed for index and ttl;
// for keys and the version only if every attribute of the model is none, since
// an item could otherwise be moved to another key. A model has one partition
// key, sort key, version and TTL attribute at most, and no sort key without a
// partition key.
//
// # Secondary indexes
//
// One field may be in the keys of several indexes, and of the table too. The
// partition key of a global index has one to four attributes, its sort key up
// to four. They stand in the order of the fields, unless all attributes of the
// key have a position: index=NAME:partition:1, index=NAME:partition:2 and so
// on. A local index has one sort key and the table's partition key, and the
// table must have a sort key. Names have 3 to 255 letters, digits, underscores,
// dots and hyphens. [Model.Indexes] lists the indexes with names.
//
// # Unknown attributes
//
// A field with the option unknown, and no other word, holds attributes of an
// item that are in no field. Its type is map[string]types.AttributeValue of the
// SDK, or one with that underlying type. A model has one at most, perhaps in an
// embedded struct. It is found by [Model.UnknownField] only. What protects the
// attributes is the option unknown=POLICY of the struct.
//
// attributevalue takes the field for an attribute, unless its dynamodbav tag is
// "-". So no other field may have its attribute name. One that differs in case
// is no fault: attributevalue prefers the exact name, and no attribute of an
// item is for the map.
//
// # The whole struct
//
// The ddbcrypt tag of a blank field is a list of options.
//
//	table=NAME             name of the table
//	default=ACTION         action of fields that state none: encrypt (the
//	                       default), sign or none
//	unknown=POLICY         attributes of an item that the struct does not
//	                       model: ignore (the default; they are not
//	                       protected), sign or encrypt
//	signedas=NAME          table name under which items are signed, for copies
//	                       of a table that was encrypted under another name
//	retired=NAME:ACTION    an attribute that left the struct but is still in
//	                       items, with the action it had; can be repeated
//	projection=NAME:all    the secondary index NAME has all attributes
//	projection=NAME:keys   it has only the keys (KEYS_ONLY)
//	include=NAME:ATTRIBUTE it has the keys and this attribute; can be repeated
//
// An index that has a projection must be in the tag of a field. Values cannot
// contain commas, and the name of an index ends at the first colon.
//
// # Attribute names
//
// Names are those of package attributevalue: from the dynamodbav tag, or else
// the name of the field; "-" ignores a field; fields of embedded structs
// without a name belong to the item; of several fields with one name, the
// shallowest wins, then the one with a tag, and otherwise all are dropped.
// [WithTagKey] adds another key, such as json.
//
// What attributevalue would do silently or by panic is an error here:
//
//   - a ddbcrypt tag that has no effect: on a field that is unexported,
//     ignored (but for unknown), of a kind that is never written or cancelled by another, on an
//     embedded struct without a name, or anywhere inside a nested struct,
//     which is one attribute as a whole
//   - names that are equal but for the letter case, since attributevalue
//     decodes both into either field; [Model.Attribute] compares exactly
//   - the two names that the encryptor uses itself
//   - embedded fields of unexported types that reflect cannot read or set
//   - a type that marshals itself, so that its attributes are not known
//   - struct tags that are malformed, have a key twice or a misspelled ddbcrypt
package tags
