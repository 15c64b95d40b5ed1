package cmp

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type kmsOptions struct {
	grantTokens    []string
	decryptionKeys []string
	anyKey         bool
	selectKey      func(context.Context, KMSKeyRequest) (string, error)
	validateKey    func(context.Context, KMSKeyUse) error
}

// WithGrantTokens sends grant tokens with each call to KMS: they make a new grant
// usable before it is known everywhere. Given more than once, they add up.
func WithGrantTokens(tokens ...string) Option {
	tokens = slices.Clone(tokens)
	return providerOption{"WithGrantTokens", kmsKind, func(o *providerOptions) {
		o.kms.grantTokens = append(o.kms.grantTokens, tokens...)
	}}
}

// WithDecryptionKeys lists further KMS keys, by key ID, key ARN, alias name or
// alias ARN, whose data keys are decrypted: those that an alias stood for before,
// retired keys, keys of other Regions. Nothing is encrypted under them. For an
// item that is not under the first key, and where that key cannot be used, KMS is
// asked again with each of them in this order: a further call each. Given more than
// once, they add up.
func WithDecryptionKeys(keyIDs ...string) Option {
	keyIDs = slices.Clone(keyIDs)
	return providerOption{"WithDecryptionKeys", kmsKind, func(o *providerOptions) {
		o.kms.decryptionKeys = append(o.kms.decryptionKeys, keyIDs...)
	}}
}

// AllowAnyKMSKey accepts data keys of every KMS key that the caller may use to
// decrypt, those of other accounts among them: Decrypt is called without a key ID,
// as the published clients do; where [WithDecryptionKeys] lists keys of other Regions,
// once in each Region. Whoever can give the caller access to a key of
// theirs and can write items can then make items that verify. Prefer
// [WithDecryptionKeys], or restrict the keys by [WithKeyValidator].
func AllowAnyKMSKey() Option {
	return providerOption{"AllowAnyKMSKey", kmsKind, func(o *providerOptions) { o.kms.anyKey = true }}
}

// KMSKeyRequest describes an item for which a KMS key is selected. The function
// must not change or keep the item.
type KMSKeyRequest struct {
	Context EncryptionContext
	// Item is not verified yet if it is about to be decrypted.
	Item map[string]types.AttributeValue
	// Description is that of an item that is about to be decrypted, not
	// verified either; nil if the item is about to be encrypted.
	Description MaterialDescription
}

// WithKeySelector chooses the KMS key for each item, instead of the provider's
// one key ID, by a function that is safe for concurrent use. It must choose the
// same key, or one that is related to it, when the item is read. The provider's
// own key ID may be empty then. An error of the function is an
// [ErrKeyUnavailable], unless it wraps another failure class.
func WithKeySelector(selectKey func(ctx context.Context, request KMSKeyRequest) (keyID string, err error)) Option {
	return providerOption{"WithKeySelector", kmsKind, func(o *providerOptions) { o.kms.selectKey = selectKey }}
}

// KMSKeyUse describes a call to KMS that succeeded.
type KMSKeyUse struct {
	// Op is GenerateDataKey or Decrypt.
	Op      string
	Context EncryptionContext
	// KeyID is what was configured or selected, and UsedKeyARN what KMS says
	// it used.
	KeyID, UsedKeyARN string
}

// WithKeyValidator checks the key that KMS says it used, besides the checks of
// [NewKMS], by a function that is safe for concurrent use. Its error refuses the
// item, as an [ErrKeyUnavailable] unless it wraps another failure class.
func WithKeyValidator(validate func(ctx context.Context, use KMSKeyUse) error) Option {
	return providerOption{"WithKeyValidator", kmsKind, func(o *providerOptions) { o.kms.validateKey = validate }}
}
