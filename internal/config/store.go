package config

import (
	stdcmp "cmp"
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// store is the section of that name.
type store struct {
	source
	services *services
	path     string
	node     *yaml.Node // only its line
	table    string
	signed   string
	region   string
	endpoint string
	signOnly []string
	provider *provider // of the store's rows; nil if there is none
}

func (s *store) read(path string, n *yaml.Node) error {
	s.path, s.node = path, &yaml.Node{Line: n.Line}
	return s.mapping(path, n, map[string]field{
		"table":        s.tableName(&s.table, false),
		"signed_table": s.tableName(&s.signed, true),
		"region":       s.regionName(&s.region),
		"endpoint":     s.endpointOf,
		"sign_only":    s.list(&s.signOnly),
		"provider": func(path string, n *yaml.Node) error {
			s.provider = newProvider(s.services)
			s.provider.ofStore = true
			return s.provider.read(path, n)
		},
	})
}

func (s *store) endpointOf(path string, n *yaml.Node) error {
	return s.source.endpoint(&s.endpoint)(path, n)
}

// tableName reads the name or ARN of a table.
func (s source) tableName(dst *string, plain bool) field {
	return func(path string, n *yaml.Node) error {
		if err := s.text(dst)(path, n); err != nil {
			return err
		}
		name, err := cmp.TableName(*dst)
		if err != nil {
			return s.wrap(path, n, err)
		}
		if plain {
			*dst = name
		}
		return nil
	}
}

// StoreUse is what the store of a provider of type most_recent is to be used for.
// It decides which keys are needed.
type StoreUse int

const (
	// ManageStore needs no keys: the table is made or listed.
	ManageStore StoreUse = iota
	// ReadStore needs the keys that verify and decrypt the store's rows. If one
	// has to be written nevertheless, the keys for that are looked for then.
	ReadStore
	// WriteStore needs the keys that encrypt and sign the store's rows. If one
	// has to be read nevertheless, the keys for that are looked for then.
	WriteStore
)

// MetaStore is the store of a provider of type most_recent.
type MetaStore struct {
	*metastore.Store // nil for ManageStore
	Client           *dynamodb.Client
	// Table is the table as requests name it.
	Table string
	// MaterialName is the provider's, or empty.
	MaterialName string
}

// MetaStore returns the store of the provider, for which more are options of the
// encryptor of its rows. Keys that are looked for later and are not there fail that
// call of the store with an [*Error]. The error is an [*Error] and wraps
// [cmp.ErrConfig].
func (c *Config) MetaStore(ctx context.Context, use StoreUse, more ...crypto.Option) (*MetaStore, error) {
	const doing = "working on a store"
	if c.provider == nil {
		return nil, &Error{File: c.file, Path: "provider", Reason: "is missing; " + doing + " needs one of type most_recent"}
	}
	if p := c.provider; p.kind != typeMostRecent {
		return nil, c.fail(p.path+".type", p.kindNode, "is "+p.kind+"; "+doing+" needs type most_recent")
	}
	s, err := c.provider.stated(doing)
	if err != nil {
		return nil, err
	}
	opened, err := s.open(ctx, use, more)
	if err != nil {
		return nil, err
	}
	opened.MaterialName = c.provider.recent.materialName
	return opened, nil
}

func (s *store) open(ctx context.Context, use StoreUse, more []crypto.Option) (*MetaStore, error) {
	if s.table == "" {
		return nil, s.fail(s.path+".table", s.node, "is missing; write the name of the store's table")
	}
	client, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	opened := &MetaStore{Client: client, Table: s.table}
	if use == ManageStore {
		return opened, nil
	}
	rows, err := s.rowKeys(ctx, use)
	if err != nil {
		return nil, err
	}
	encryptor := crypto.NewEncryptor(rows, append([]crypto.Option{crypto.WithSignedTableName(s.signed)}, more...)...)
	opened.Store, err = metastore.New(client, s.table, encryptor, metastore.WithExtraData(nil, s.signOnly...))
	if err != nil {
		return nil, s.wrap(s.path, s.node, err)
	}
	return opened, nil
}

// client returns a client for the store's own Region, or that of its ARN.
func (s *store) client(ctx context.Context) (*dynamodb.Client, error) {
	region := s.region
	if a, err := arn.Parse(s.table); region == "" && err == nil {
		region = a.Region
	}
	cfg, err := s.services.load(ctx, stdcmp.Or(s.endpoint, s.services.dynamodb), stdcmp.Or(region, s.services.region))
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, s.fail(s.path+".region", s.node, "is missing, and no Region is known otherwise; write it here or at the top, or set AWS_REGION")
	}
	return dynamodb.NewFromConfig(cfg), nil
}

// rowKeys returns the provider of the store's rows, in two halves: most commands
// only read rows, and a configuration that cannot write them is the safer one.
func (s *store) rowKeys(ctx context.Context, use StoreUse) (cmp.Provider, error) {
	if s.provider == nil {
		return nil, s.fail(s.path+".provider", s.node, "is missing; the store's rows are encrypted by it")
	}
	half := func(purpose Purpose) func() (cmp.Provider, error) {
		return sync.OnceValues(func() (cmp.Provider, error) { return s.provider.build(ctx, purpose, true, nil) })
	}
	rows := halves{read: half(Decrypt), write: half(Encrypt)}
	needed := rows.read
	if use == WriteStore {
		needed = rows.write
	}
	if _, err := needed(); err != nil {
		return nil, err
	}
	return rows, nil
}

// halves is a provider of which each half is built when it is needed.
type halves struct{ read, write func() (cmp.Provider, error) }

func (h halves) EncryptionMaterials(ctx context.Context, request cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	p, err := h.write()
	if err != nil {
		return nil, fmt.Errorf("the store has to be written: %w", err)
	}
	return p.EncryptionMaterials(ctx, request)
}

func (h halves) DecryptionMaterials(ctx context.Context, request cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	p, err := h.read()
	if err != nil {
		return nil, fmt.Errorf("the store has to be read: %w", err)
	}
	return p.DecryptionMaterials(ctx, request)
}
