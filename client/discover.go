package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/flight"
)

// discoverer asks DescribeTable for the keys and indexes of tables, and remembers
// them.
type discoverer struct {
	describe describeTable
	flights  flight.Group[string, *description]

	mu      sync.Mutex
	known   map[string]*description // by name or ARN, as requests have it
	forgets int                     // how often something was changed
}

type describeTable func(context.Context, *dynamodb.DescribeTableInput) (*dynamodb.DescribeTableOutput, error)

// description is what DescribeTable said, with the table that was made of it.
type description struct {
	keys    []string
	indexes []Index
	asked   time.Time

	once  sync.Once
	table *table
	err   error
}

// pause is how old a description has to be before a fault of DynamoDB makes it
// doubtful: callers that keep making mistakes must not use up DescribeTable's low
// limits.
const pause = 5 * time.Second

// table returns the table that is stated but for its keys and indexes.
func (d *discoverer) table(ctx context.Context, owner *tables, op, nameOrARN string, stated Table) (*table, error) {
	described, err := d.get(ctx, op, nameOrARN)
	if err != nil {
		return nil, err
	}
	described.once.Do(func() {
		described.err = errUnfinished // stays if build panics: no table would mean nothing to protect
		described.table, described.err = described.build(owner, stated)
	})
	if described.err != nil {
		d.forget(stated.Name, pause) // the table may be changed to fit
		return nil, &RefusedError{Op: op, Table: stated.Name, Reason: described.err.Error(),
			Advice: "make the actions fit the table as DescribeTable shows it", err: described.err}
	}
	return described.table, nil
}

var errUnfinished = fmt.Errorf("what DescribeTable returned could not be used: %w", crypto.ErrConfig)

func (described *description) build(owner *tables, stated Table) (*table, error) {
	stated.PartitionKey, stated.SortKey = described.keys[0], ""
	if len(described.keys) > 1 {
		stated.SortKey = described.keys[1]
	}
	// Keys of indexes that are stated become sign-only. Those that are only found
	// must not change what is signed: they come and go while items stay.
	t, err := newTable(owner, stated)
	if err != nil || t == nil {
		return nil, err
	}
	for _, index := range described.indexes {
		for _, key := range index.Keys {
			if t.actions.Action(key) == crypto.EncryptAndSign {
				return nil, fmt.Errorf("attribute %q is a key of index %q and cannot be encrypted; make its action sign: %w", key, index.Name, crypto.ErrConfig)
			}
		}
		t.indexes[index.Name] = index
	}
	return t, nil
}

// get returns the remembered description of a table, or asks for it.
func (d *discoverer) get(ctx context.Context, op, nameOrARN string) (*description, error) {
	d.mu.Lock()
	known, forgets := d.known[nameOrARN], d.forgets
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if d.describe == nil {
		return nil, &RefusedError{Op: op, Table: nameOrARN, Reason: "the keys of the table are not declared, and the client has no DescribeTable",
			Advice: "declare them with client.Tables"}
	}
	described, err := d.flights.Do(ctx, nameOrARN, func(ctx context.Context) (*description, error) {
		described, err := d.ask(ctx, nameOrARN)
		if err != nil {
			return nil, err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.known == nil {
			d.known = map[string]*description{}
		}
		if d.forgets == forgets { // otherwise it may be what was to be forgotten
			d.known[nameOrARN] = described
		}
		return described, nil
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("ddbcrypt: %s: %w", op, ctx.Err())
	}
	if err != nil {
		return nil, &RefusedError{Op: op, Table: nameOrARN, Reason: "the keys and indexes of the table are not known: " + err.Error(),
			Advice: describeAdvice(err), err: err}
	}
	return described, nil
}

func describeAdvice(err error) string {
	const declare = "or declare keys and indexes with client.Tables"
	var fault smithy.APIError
	switch {
	case !errors.As(err, &fault):
		return "check the connection and try again, " + declare
	case fault.ErrorCode() == "ResourceNotFoundException":
		return "check the name, the Region and the account"
	case fault.ErrorCode() == "AccessDeniedException":
		return "allow dynamodb:DescribeTable, " + declare
	}
	return "try again, " + declare
}

func (d *discoverer) ask(ctx context.Context, nameOrARN string) (*description, error) {
	asked := time.Now()
	out, err := d.describe(ctx, &dynamodb.DescribeTableInput{TableName: &nameOrARN})
	if err != nil {
		return nil, err
	}
	if out == nil || out.Table == nil {
		return nil, errors.New("DescribeTable returned no table")
	}
	schema := out.Table.KeySchema
	if len(schema) == 0 || len(schema) > 2 || schema[0].KeyType != types.KeyTypeHash || len(schema) == 2 && schema[1].KeyType != types.KeyTypeRange {
		return nil, errors.New("DescribeTable returned no primary key")
	}
	described := &description{asked: asked, keys: keyNames(schema)}
	if slices.Contains(described.keys, "") || len(schema) == 2 && described.keys[0] == described.keys[1] {
		return nil, errors.New("DescribeTable returned no primary key")
	}
	if name, err := cmp.TableName(nameOrARN); err != nil || out.Table.TableName != nil && name != *out.Table.TableName {
		return nil, errors.New("DescribeTable returned another table")
	}
	for _, index := range out.Table.LocalSecondaryIndexes {
		described.indexes = append(described.indexes, newIndex(index.IndexName, index.KeySchema, index.Projection, true))
	}
	for _, index := range out.Table.GlobalSecondaryIndexes {
		described.indexes = append(described.indexes, newIndex(index.IndexName, index.KeySchema, index.Projection, false))
	}
	return described, nil
}

func newIndex(name *string, schema []types.KeySchemaElement, projection *types.Projection, local bool) Index {
	index := Index{Name: aws.ToString(name), Keys: keyNames(schema), Local: local, Projection: types.ProjectionTypeKeysOnly}
	if projection != nil {
		index.Projection, index.Attributes = projection.ProjectionType, projection.NonKeyAttributes
	}
	return index
}

// keyNames returns the names of key attributes, those of the partition key first.
func keyNames(schema []types.KeySchemaElement) []string {
	var names []string
	for _, kind := range []types.KeyType{types.KeyTypeHash, types.KeyTypeRange} {
		for _, element := range schema {
			if element.KeyType == kind {
				names = append(names, aws.ToString(element.AttributeName))
			}
		}
	}
	return names
}

// forget makes the next request ask again, if the description is older than age.
func (d *discoverer) forget(name string, age time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if age == 0 {
		d.forgets++
		d.flights.Detach()
	}
	for nameOrARN, described := range d.known {
		if (nameOrARN == name || strings.HasSuffix(nameOrARN, ":table/"+name)) && time.Since(described.asked) >= age {
			delete(d.known, nameOrARN)
		}
	}
}

// doubt forgets what is known of tables if a fault of DynamoDB may come from a
// change that was made elsewhere.
func doubt(err error, tables []*table) {
	var fault smithy.APIError
	if !errors.As(err, &fault) {
		return
	}
	doubtful := fault.ErrorCode() == "ValidationException" || fault.ErrorCode() == "ResourceNotFoundException"
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		doubtful = slices.ContainsFunc(cancelled.CancellationReasons, func(r types.CancellationReason) bool {
			return aws.ToString(r.Code) == "ValidationError"
		})
	}
	if doubtful {
		for _, t := range tables {
			t.owner.discoverer.forget(t.name, pause)
		}
	}
}
