// Package crypto encrypts, signs, verifies and decrypts DynamoDB items in the
// format of the Amazon DynamoDB Encryption Client. It needs no mapper and no
// DynamoDB.
//
//	encryptor := crypto.NewEncryptor(provider)
//	users, err := encryptor.For(
//		cmp.EncryptionContext{TableName: "users", PartitionKey: "id"},
//		crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}})
//	sealed, err := users.EncryptItem(ctx, item)
//	plain, err := users.DecryptItem(ctx, sealed)
//
// [NewEncryptor] takes a provider of package cmp, which says where keys come
// from. [Encryptor.For] computes once what is the same for all items of a table;
// [Encryptor.EncryptItem] and [Encryptor.DecryptItem] are for single items.
//
// # What is protected
//
// Each attribute has an [Action]. With [EncryptAndSign] its value is encrypted,
// under AES-CBC and a random IV, and signed as it is stored. With [SignOnly] the
// value is readable. The signature covers name, action and value of both, and
// the table name: a value that was changed, moved to another attribute, item or
// table, added or removed does not verify. With [DoNothing] an attribute is not
// protected at all, and neither are the names of attributes and the lengths of
// values a secret. [Actions] are not stored: writer and reader must agree.
//
// The key attributes of the table and its indexes must be readable for DynamoDB.
// Those that the encryption context names cannot be encrypted;
// [Actions.WithIndexKeys] is for the others.
//
// # Verification
//
// The signature is verified before anything is decrypted and before a content key
// is unwrapped. The material description, which is in the item and not signed, is
// compared with the configuration before that, and chooses nothing. An item
// without a signature is [ErrNotEncrypted].
//
// [Encryptor.Diagnose] searches for the reason of a signature that does not match.
//
// # Earlier actions
//
// [Encryptor.ForHistory] also reads items that were sealed before the actions were
// changed: an item is accepted if its signature is valid under the current actions
// or under earlier ones that are listed, and is decrypted by those.
//
// The weakest of them counts as long as it is listed. Whoever can write to the table
// can put back items that were sealed under earlier actions, and change in them what
// these did not sign. They can also add to items of the current actions whatever
// earlier ones did not sign, if both sign the same of what the item has: after the
// default was none, any attribute that is missing. So seal all items anew under the
// current actions, and then list the earlier ones no more; the callback of ForHistory
// tells whether they are still used.
//
// # Older items and other clients
//
// Items of the published Java and Python clients are read in each of the forms in
// which they write them; [WithJavaOrder], [WithAttributeNames] and
// [WithDescriptionPrefix] write what others need. Weak HMAC keys and RSA PKCS#1
// v1.5 of old items are options of the keys in package cmp.
//
// # Errors
//
// Errors of items are an [*ItemError], which names table and attributes and holds
// no values. Each wraps exactly one failure class, such as [ErrSignature]; use
// errors.Is.
package crypto
