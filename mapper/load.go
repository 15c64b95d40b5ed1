package mapper

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Load reads, verifies and decrypts the item with a key: the value of the
// partition key, then that of the sort key if T has one, then perhaps options
// ([LoadOption]). Integers and strings of any type fit key fields of another
// integer or string type.
//
//	order, err := orders.Load(ctx, "alice", 1700000000, mapper.Consistent())
//
// It fails with [ErrNotFound], with a failure class of package crypto if the item
// is not what it should be, or with an error of the SDK. Attributes that T does
// not model are ignored.
func (m *Mapper[T]) Load(ctx context.Context, key ...any) (T, error) {
	value, err := m.load(ctx, key)
	if err != nil {
		var none T
		return none, m.fail("Load", err)
	}
	return value, nil
}

func (m *Mapper[T]) load(ctx context.Context, arguments []any) (value T, err error) {
	var o callOptions
	values := arguments
	for i, argument := range arguments {
		option, ok := argument.(LoadOption)
		if !ok {
			if len(values) < i {
				return value, fmt.Errorf("%w: the values of the key come before the options", crypto.ErrConfig)
			}
			continue
		}
		if len(values) > i {
			values = arguments[:i]
		}
		option.applyToLoad(&o)
	}
	input := &dynamodb.GetItemInput{TableName: &m.table}
	if input.Key, err = m.key(values); err != nil {
		return value, err
	}
	if o.consistent {
		input.ConsistentRead = aws.Bool(true)
	}
	output, err := m.db.GetItem(ctx, input, o.client...)
	if err != nil {
		return value, err
	}
	if len(output.Item) == 0 {
		return value, ErrNotFound
	}
	item, err := m.encryptor.DecryptItem(ctx, output.Item)
	if err != nil {
		return value, err
	}
	return value, decode(m.codec, item, &value)
}
