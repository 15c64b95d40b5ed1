package cmp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Names in KMS encryption contexts (docs/wire-format.md §7).
const (
	contextContentKeyAlgorithm = "*amzn-ddb-env-alg*"
	contextSigningKeyAlgorithm = "*amzn-ddb-sig-alg*"
	contextTableName           = "*aws-kms-table*"
)

// contextError gives an error its failure class, unless it has one.
func contextError(class, err error) error {
	if FailureClass(err) != nil {
		return err
	}
	return fmt.Errorf("%w: %w", class, err)
}

var errNoKeyAttribute = errors.New("the item does not have it")

// encryptionKMSContext returns the KMS encryption context of an item that is to
// be encrypted. Numbers enter it in the text that DynamoDB will return for them:
// otherwise the item could never be read again.
func encryptionKMSContext(encryption EncryptionContext, item map[string]types.AttributeValue, description MaterialDescription) (map[string]string, error) {
	return newKMSContext(encryption, description, func(name string) (string, error) { return contextValue(item[name], true) })
}

// decryptionKMSContexts returns the KMS encryption contexts that the item may
// have been encrypted with: that of [encryptionKMSContext], and for numbers in
// another form, which DynamoDB does not return, one in which they stand as the
// published clients take them. A key attribute that is absent is left out, as
// Python does: KMS will know.
func decryptionKMSContexts(request DecryptionRequest) ([]map[string]string, error) {
	var contexts []map[string]string
	differ := false
	for _, normalize := range []bool{true, false} {
		c, err := newKMSContext(request.Context, request.Description, func(name string) (string, error) {
			if request.Item[name] == nil {
				return "", errNoKeyAttribute
			}
			text, err := contextValue(request.Item[name], normalize)
			if n, ok := request.Item[name].(*types.AttributeValueMemberN); ok && err == nil && n.Value != text {
				differ = true
			}
			return text, err
		})
		if err != nil {
			return nil, err
		}
		contexts = append(contexts, c)
		if !differ {
			break
		}
	}
	return contexts, nil
}

// newKMSContext skips key attributes that value has none for only with
// errNoKeyAttribute.
func newKMSContext(encryption EncryptionContext, description MaterialDescription, value func(name string) (string, error)) (map[string]string, error) {
	c := map[string]string{
		contextContentKeyAlgorithm: description[DescriptionContentKeyAlgorithm],
		contextSigningKeyAlgorithm: description[descriptionSigningKeyAlgorithm],
	}
	if encryption.TableName != "" {
		c[contextTableName] = encryption.TableName
	}
	for _, name := range []string{encryption.PartitionKey, encryption.SortKey} {
		if name == "" {
			continue
		}
		switch name {
		case contextContentKeyAlgorithm, contextSigningKeyAlgorithm, contextTableName:
			return nil, fmt.Errorf("key attribute %q has a name that the KMS encryption context uses itself: %w", name, ErrConfig)
		}
		text, err := value(name)
		if errors.Is(err, errNoKeyAttribute) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("key attribute %q: %w", name, err)
		}
		c[name] = text
	}
	return c, nil
}

// contextValue returns a key attribute as text. Errors hold no values.
func contextValue(v types.AttributeValue, normalize bool) (string, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if v != nil && !utf8.ValidString(v.Value) { // JSON would make one text of many
			return "", errors.New("it is not UTF-8")
		}
		if v != nil {
			return v.Value, nil
		}
	case *types.AttributeValueMemberN:
		if v != nil && normalize {
			return tlv.NormalizeNumber(v.Value)
		}
		if v != nil {
			return v.Value, nil
		}
	case *types.AttributeValueMemberB:
		if v != nil {
			return base64.StdEncoding.EncodeToString(v.Value), nil
		}
	case nil:
		return "", errors.New("the item does not have it, but the KMS encryption context needs it")
	}
	return "", errors.New("it is not of type S, N or B, which keys have")
}
