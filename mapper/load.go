package mapper

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
	"github.com/ddbcrypt/ddbcrypt/internal/spell"
)

// Load reads, verifies and decrypts the item with a key: the value of the
// partition key, then that of the sort key if T has one, or a [Key] of both; then
// perhaps options ([LoadOption]). Integers and strings of any type fit key fields of
// another integer or string type.
//
//	order, err := orders.Load(ctx, "alice", 1700000000, mapper.Consistent())
//
// It fails with [ErrNotFound], with a failure class of package crypto if the item
// is not what it should be, or with an error of the SDK. Attributes that T does
// not model are ignored, unless a field with the option unknown carries them.
func (m *Mapper[T]) Load(ctx context.Context, key ...any) (T, error) {
	var value T
	if err := m.core.load(ctx, key, &value); err != nil {
		var none T
		return none, m.core.fail("Load", err)
	}
	return value, nil
}

func (m *core) load(ctx context.Context, arguments []any, value any) error {
	input, o, err := m.newGet(ctx, arguments)
	if err != nil {
		return err
	}
	only, err := m.projected(o.project)
	if err != nil {
		return err
	}
	output, err := m.client.GetItem(ctx, input, o.client...)
	if err != nil {
		return err
	}
	if output == nil || len(output.Item) == 0 { // mocks return nil
		return ErrNotFound
	}
	return m.decode(ctx, output.Item, only, value)
}

// decode makes a value of a plaintext item.
func (m *core) decode(ctx context.Context, item crypto.Item, only map[string]bool, value any) error {
	if err := m.codec.decode(item, only, value); err != nil {
		return err
	}
	return afterLoad(ctx, value)
}

// Diagnose reads the item with a key, as Load does, and says why it does not
// verify, as far as that can be known; see [crypto.Encryptor.Diagnose].
func (m *Mapper[T]) Diagnose(ctx context.Context, candidates crypto.Candidates, key ...any) (*crypto.Diagnosis, error) {
	diagnosis, err := m.core.diagnose(ctx, candidates, key)
	return diagnosis, m.core.fail("Diagnose", err)
}

func (m *core) diagnose(ctx context.Context, candidates crypto.Candidates, key []any) (*crypto.Diagnosis, error) {
	input, o, err := m.newGet(ctx, key)
	if err != nil {
		return nil, err
	}
	diagnoser, ok := m.sealer.(crypto.Diagnoser)
	if !ok {
		return nil, fmt.Errorf("%w: the item encryptor cannot explain failures", crypto.ErrConfig)
	}
	output, err := m.db.GetItem(ctx, input, o.client...)
	if err != nil {
		return nil, err
	}
	if output == nil || len(output.Item) == 0 {
		return nil, ErrNotFound
	}
	if !itemkey.Matches(output.Item, input.Key) {
		return nil, fmt.Errorf("%w: DynamoDB returned an item with another key", crypto.ErrSignature)
	}
	return diagnoser.Diagnose(ctx, output.Item, candidates)
}

// newGet makes a request of the arguments of Load.
func (m *core) newGet(ctx context.Context, arguments []any) (*dynamodb.GetItemInput, callOptions, error) {
	values, o, err := loadArguments(arguments)
	if err != nil {
		return nil, o, err
	}
	if err := m.ended(ctx); err != nil {
		return nil, o, err
	}
	input := &dynamodb.GetItemInput{TableName: &m.table}
	if input.Key, err = m.key(values); err != nil {
		return nil, o, err
	}
	if o.consistent {
		input.ConsistentRead = aws.Bool(true)
	}
	return input, o, nil
}

// loadArguments parts the values of the key from the options behind them.
func loadArguments(arguments []any) (values Key, o callOptions, err error) {
	options := false
	for _, argument := range arguments {
		if option, ok := argument.(LoadOption); ok {
			option.applyToLoad(&o)
			options = true
			continue
		}
		switch argument.(type) {
		case SaveOption, DeleteOption, QueryOption, ScanOption, ModifyOption:
			return nil, o, fmt.Errorf("%w: Load has no such option; it has Consistent, Project and ClientOptions", crypto.ErrConfig)
		}
		if options {
			return nil, o, fmt.Errorf("%w: the values of the key come before the options", crypto.ErrConfig)
		}
		key, ok := argument.(Key)
		switch {
		case ok && values == nil:
			values = slices.Clip(key)
		case ok:
			values = append(values, key...)
		case values == nil:
			values = append(make(Key, 0, len(arguments)), argument)
		default:
			values = append(values, argument)
		}
	}
	return values, o, nil
}

// projected returns the attributes that Project names, with keys and version; nil is
// all.
func (p *plan) projected(names []string) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	only := map[string]bool{}
	for _, name := range names {
		if !p.model.Has(name) {
			return nil, p.unknownName("Project", name)
		}
		only[name] = true
	}
	for _, key := range p.keys {
		only[key.name] = true
	}
	if p.version != nil {
		only[p.version.name] = true
	}
	return only, nil
}

// unknownName is the error for an attribute that the struct does not have.
func (p *plan) unknownName(option, name string) error {
	var names []string
	for _, a := range p.model.Attributes() {
		names = append(names, a.Name)
	}
	hint := ""
	if near := spell.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("%w: %s: %s has no attribute %q%s", crypto.ErrConfig, option, p.model.Type(), name, hint)
}
