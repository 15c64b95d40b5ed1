package metastore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// API is what a [Store] asks of a *dynamodb.Client.
type API interface {
	GetItem(ctx context.Context, input *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(ctx context.Context, input *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	Query(ctx context.Context, input *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Store is a [cmp.ProviderStore] over a DynamoDB table. It keeps nothing in memory:
// a [cmp.MostRecent] provider in front of it does. It is safe for concurrent use.
type Store struct {
	api       API
	request   string // the table as requests name it, perhaps by ARN
	table     string
	encryptor crypto.TableEncryptor
	extra     func(materialName string, version int64) (crypto.Item, error)
}

var _ cmp.ProviderStore = (*Store)(nil)

// maxVersion is the largest version number.
const maxVersion int64 = math.MaxInt64

// Option configures a [Store]. The option is [WithExtraData].
type Option interface{ apply(*options) }

type options struct {
	extra    func(string, int64) (crypto.Item, error)
	signOnly []string
}

type option func(*options)

func (f option) apply(o *options) { f(o) }

// WithExtraData stores further attributes with each version that is made. They are
// encrypted and signed, and those that signOnly names are only signed. To read a
// table, its signOnly names must be given; the function may be nil then. The
// function must be safe for concurrent use.
func WithExtraData(supply func(materialName string, version int64) (crypto.Item, error), signOnly ...string) Option {
	return option(func(o *options) { o.extra, o.signOnly = supply, slices.Clone(signOnly) })
}

// New returns a store over a table, which is named by name or ARN. The encryptor
// protects the versions in it: its provider is any other than a MostRecent provider
// over the same store. A wrong table name, encryptor or option is a
// [cmp.ErrConfig].
func New(api API, table string, encryptor crypto.ItemEncryptor, list ...Option) (*Store, error) {
	var o options
	for i, option := range list {
		if option == nil {
			return nil, fmt.Errorf("metastore: option %d is nil: %w", i+1, cmp.ErrConfig)
		}
		option.apply(&o)
	}
	if api == nil || encryptor == nil || table == "" {
		return nil, fmt.Errorf("metastore: the DynamoDB client or the encryptor is nil, or the table name is empty: %w", cmp.ErrConfig)
	}
	name, err := cmp.TableName(table)
	if err != nil {
		return nil, fmt.Errorf("metastore: %w", err)
	}
	actions := crypto.Actions{Overrides: map[string]crypto.Action{nameKey: crypto.SignOnly, versionKey: crypto.SignOnly}}
	for _, attribute := range o.signOnly {
		if slices.Contains(ownAttributes, attribute) {
			return nil, fmt.Errorf("metastore: extra data cannot be named %q, as the store itself has that attribute: %w", attribute, cmp.ErrConfig)
		}
		actions.Overrides[attribute] = crypto.SignOnly
	}
	tableEncryptor, err := encryptor.For(cmp.EncryptionContext{TableName: name, PartitionKey: nameKey, SortKey: versionKey}, actions)
	if err != nil {
		return nil, fmt.Errorf("metastore: %w", err)
	}
	return &Store{api, table, name, tableEncryptor, o.extra}, nil
}

// MaxVersion returns the newest version of a material, or -1 if there is none. The
// number is what the table says: whether the version verifies shows when it is
// read. What fails is an [*Error].
func (s *Store) MaxVersion(ctx context.Context, materialName string) (int64, error) {
	version, err := s.maxVersion(ctx, materialName)
	if err != nil {
		return 0, s.fail("find the newest version of", materialName, -1, err)
	}
	return version, nil
}

func (s *Store) maxVersion(ctx context.Context, materialName string) (int64, error) {
	if !isName(materialName) {
		return 0, errName
	}
	output, err := s.api.Query(ctx, &dynamodb.QueryInput{
		TableName:                 &s.request,
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("#n = :n"),
		ProjectionExpression:      aws.String("#v"),
		ExpressionAttributeNames:  map[string]string{"#n": nameKey, "#v": versionKey},
		ExpressionAttributeValues: crypto.Item{":n": &types.AttributeValueMemberS{Value: materialName}},
		ScanIndexForward:          aws.Bool(false),
		Limit:                     aws.Int32(1),
	})
	if err != nil {
		return 0, err
	}
	if len(output.Items) == 0 {
		return -1, nil
	}
	return versionNumber(output.Items[0])
}

func versionNumber(item crypto.Item) (int64, error) {
	n, ok := item[versionKey].(*types.AttributeValueMemberN)
	if !ok || n == nil {
		return 0, fmt.Errorf("%w: attribute %q of a version is missing or no number", cmp.ErrCorrupt, versionKey)
	}
	version, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || version < 0 {
		return 0, fmt.Errorf("%w: attribute %q of a version is not a whole number from 0 to %d", cmp.ErrCorrupt, versionKey, maxVersion)
	}
	return version, nil
}

var (
	errName      = fmt.Errorf("the material name is empty or not UTF-8: %w", cmp.ErrConfig)
	errNegative  = fmt.Errorf("the version is negative: %w", cmp.ErrConfig)
	errNoVersion = fmt.Errorf("%w: there is no such version", cmp.ErrKeyUnavailable)
)

// isName knows that the SDK would send another name for one that is not UTF-8.
func isName(materialName string) bool { return materialName != "" && utf8.ValidString(materialName) }

// Provider returns a version. One that does not exist is a [cmp.ErrKeyUnavailable];
// one that was changed, or encrypted by another provider, fails as items do. What
// fails is an [*Error].
func (s *Store) Provider(ctx context.Context, materialName string, version int64) (cmp.Provider, error) {
	p, err := s.get(ctx, materialName, version)
	if err != nil {
		return nil, s.fail("get", materialName, version, err)
	}
	return p, nil
}

func (s *Store) get(ctx context.Context, materialName string, version int64) (cmp.Provider, error) {
	material, err := s.read(ctx, materialName, version)
	if err != nil {
		return nil, err
	}
	defer clearKeys(material)
	return provider(material, materialName, version)
}

// read returns a version, decrypted.
func (s *Store) read(ctx context.Context, materialName string, version int64) (crypto.Item, error) {
	if !isName(materialName) {
		return nil, errName
	}
	if version < 0 {
		return nil, errNegative
	}
	output, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.request,
		Key:            primaryKey(materialName, version),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	if len(output.Item) == 0 {
		return nil, errNoVersion
	}
	material, err := s.encryptor.DecryptItem(ctx, output.Item)
	if err != nil {
		return nil, err
	}
	if !isOf(material, materialName, version) {
		clearKeys(material)
		return nil, fmt.Errorf("%w: DynamoDB returned another version than it was asked for", cmp.ErrSignature)
	}
	return material, nil
}

// isOf reports whether an item has the key that was asked for: an item of another
// key verifies too.
func isOf(material crypto.Item, materialName string, version int64) bool {
	name, ok := material[nameKey].(*types.AttributeValueMemberS)
	number, err := versionNumber(material)
	return ok && name.Value == materialName && err == nil && number == version
}

// GetOrCreateProvider returns a version and makes it if it does not exist. It is
// written on condition that it is new: of several that make it at once one wins, and
// all get its keys. What fails is an [*Error].
func (s *Store) GetOrCreateProvider(ctx context.Context, materialName string, version int64) (cmp.Provider, error) {
	p, err := s.get(ctx, materialName, version)
	if errors.Is(err, errNoVersion) {
		p, err = s.create(ctx, materialName, version)
	}
	if err != nil {
		return nil, s.fail("create", materialName, version, err)
	}
	return p, nil
}

// NewProvider makes the version after the newest one and returns it: from then on
// items are encrypted under it, by each MostRecent provider when its time to live is
// over. If another caller makes the same version at the same time, both get that.
// What fails is an [*Error].
//
// Source: developer guide, "Rotating cryptographic materials".
func (s *Store) NewProvider(ctx context.Context, materialName string) (cmp.Provider, int64, error) {
	newest, err := s.maxVersion(ctx, materialName)
	if err == nil && newest == maxVersion {
		err = fmt.Errorf("%w: version %d is the last that there can be", cmp.ErrConfig, newest)
	}
	if err != nil {
		return nil, 0, s.fail("rotate", materialName, -1, err)
	}
	p, err := s.create(ctx, materialName, newest+1)
	if err != nil {
		return nil, 0, s.fail("rotate", materialName, newest+1, err)
	}
	return p, newest + 1, nil
}

func (s *Store) create(ctx context.Context, materialName string, version int64) (cmp.Provider, error) {
	material, err := newMaterial(materialName, version)
	if err != nil {
		return nil, err
	}
	defer clearKeys(material)
	if err := s.addExtra(material, materialName, version); err != nil {
		return nil, err
	}
	written, err := s.put(ctx, material)
	if err != nil {
		return nil, err
	}
	if !written {
		return s.get(ctx, materialName, version)
	}
	return provider(material, materialName, version)
}

func (s *Store) addExtra(material crypto.Item, materialName string, version int64) error {
	if s.extra == nil {
		return nil
	}
	extra, err := s.extra(materialName, version)
	if err != nil {
		if cmp.FailureClass(err) == nil {
			err = fmt.Errorf("%w: %w", cmp.ErrConfig, err)
		}
		return fmt.Errorf("extra data: %w", err)
	}
	for _, attribute := range ownAttributes {
		if _, taken := extra[attribute]; taken {
			return fmt.Errorf("%w: extra data cannot be named %q, as the store itself has that attribute", cmp.ErrConfig, attribute)
		}
	}
	maps.Copy(material, extra)
	return nil
}

// put encrypts and writes a version, unless it exists already.
func (s *Store) put(ctx context.Context, material crypto.Item) (written bool, err error) {
	sealed, err := s.encryptor.EncryptItem(ctx, material)
	if err != nil {
		return false, err
	}
	_, err = s.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                &s.request,
		Item:                     sealed,
		ConditionExpression:      aws.String("attribute_not_exists(#n) AND attribute_not_exists(#v)"),
		ExpressionAttributeNames: map[string]string{"#n": nameKey, "#v": versionKey},
	})
	if _, exists := errors.AsType[*types.ConditionalCheckFailedException](err); exists {
		return false, nil
	}
	return err == nil, err
}

// VersionFromDescription returns the version of the material that an item was
// encrypted with. A description that names none, or another material, is a
// [cmp.ErrDescription].
func (s *Store) VersionFromDescription(materialName string, description cmp.MaterialDescription) (int64, error) {
	return versionFromDescription(materialName, description)
}
