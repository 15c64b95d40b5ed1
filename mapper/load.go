package mapper

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
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
	stored, err := m.get(ctx, arguments)
	if err != nil {
		return value, err
	}
	item, err := m.encryptor.DecryptItem(ctx, stored)
	if err != nil {
		return value, err
	}
	return value, decode(m.codec, item, &value)
}

// Diagnose reads the item with a key, as Load does, and says why it does not
// verify, as far as that can be known; see [crypto.Encryptor.Diagnose].
func (m *Mapper[T]) Diagnose(ctx context.Context, candidates crypto.Candidates, key ...any) (*crypto.Diagnosis, error) {
	diagnoser, ok := m.encryptor.(crypto.Diagnoser)
	if !ok {
		return nil, m.fail("Diagnose", fmt.Errorf("%w: the item encryptor cannot explain failures", crypto.ErrConfig))
	}
	stored, err := m.get(ctx, key)
	if err != nil {
		return nil, m.fail("Diagnose", err)
	}
	diagnosis, err := diagnoser.Diagnose(ctx, stored, candidates)
	if err != nil {
		return nil, m.fail("Diagnose", err)
	}
	return diagnosis, nil
}

// get reads a stored item. Its arguments are those of Load.
func (m *Mapper[T]) get(ctx context.Context, arguments []any) (crypto.Item, error) {
	values, o, err := loadArguments(arguments)
	if err != nil {
		return nil, err
	}
	input := &dynamodb.GetItemInput{TableName: &m.table}
	if input.Key, err = m.key(values); err != nil {
		return nil, err
	}
	if o.consistent {
		input.ConsistentRead = aws.Bool(true)
	}
	output, err := m.db.GetItem(ctx, input, o.client...)
	if err != nil {
		return nil, err
	}
	if output == nil || len(output.Item) == 0 { // mocks return nil
		return nil, ErrNotFound
	}
	// An item verifies under its own key, whichever key was asked for.
	if !itemkey.Matches(output.Item, input.Key) {
		return nil, fmt.Errorf("%w: DynamoDB returned an item with another key", crypto.ErrSignature)
	}
	return output.Item, nil
}

// loadArguments parts the values of the key from the options behind them.
func loadArguments(arguments []any) (values []any, o callOptions, err error) {
	for i, argument := range arguments {
		option, ok := argument.(LoadOption)
		if ok {
			option.applyToLoad(&o)
			continue
		}
		switch argument.(type) {
		case SaveOption, DeleteOption:
			return nil, o, fmt.Errorf("%w: Load has no such option; it has Consistent and ClientOptions", crypto.ErrConfig)
		}
		if len(values) < i {
			return nil, o, fmt.Errorf("%w: the values of the key come before the options", crypto.ErrConfig)
		}
		values = append(values, argument)
	}
	return values, o, nil
}
