package client_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/interop/sequence"
)

const (
	// seedVariable names the environment variable with the first seed, and
	// seedsVariable the one that says how many seeds there are.
	seedVariable  = "DDBCRYPT_DIFFERENTIAL_SEED"
	seedsVariable = "DDBCRYPT_DIFFERENTIAL_SEEDS"

	// sequenceLength is how many operations there are in a sequence.
	sequenceLength = 600
)

func TestAnEncryptingClientReturnsWhatAPlainOneReturns(t *testing.T) {
	runSequences(t, sequence.Pair{Plain: memdb.New().Client()}, 3)
}

// runSequences runs a number of sequences in the store of the plain client of pair.
func runSequences(t *testing.T, pair sequence.Pair, byDefault uint64) {
	first, seeds := numberFrom(t, seedVariable, 1), numberFrom(t, seedsVariable, byDefault)
	for form, open := range forms {
		for name, actions := range sequence.Actions {
			t.Run(fmt.Sprintf("through the %s, where %s", form, name), func(t *testing.T) {
				tally := sequence.Tally{}
				pair.Actions = actions
				for seed := range seeds {
					for what, n := range runSequence(t, pair, open, first+seed) {
						tally[what] += n
					}
				}
				if os.Getenv(seedVariable) == "" {
					requireVariety(t, tally)
				}
			})
		}
	}
}

func runSequence(t *testing.T, pair sequence.Pair, open opener, seed uint64) sequence.Tally {
	w := newWorld(t, pair.Plain, open)
	newTable := func(suffix string) sequence.Table {
		table, err := sequence.CreateTable(t.Context(), pair.Plain, w.table+suffix)
		require.NoError(t, err)
		return table
	}
	pair.PlainTable, pair.EncryptedTable = newTable("-plain"), newTable("-encrypted")
	pair.Plain = withPartialBatches(pair.Plain, w.tap)
	pair.Encrypting = w.open(client.Tables(sequence.Declare(pair.EncryptedTable.Name, pair.Actions)))
	if seed%2 == 0 {
		pair.Encrypting = w.open(client.OtherTables(client.Discover(pair.Actions)))
	}
	tally := pair.Run(t, seed, sequenceLength)
	pair.CheckStored(t, crypto.NewEncryptor(w.provider))
	w.requireNoPlaintext(t, sequence.Secret, sequence.SecretBase64)
	return tally
}

// withPartialBatches returns a client for which DynamoDB does only a part of long batches, and makes it the same for
// those behind the tap.
func withPartialBatches(plain *dynamodb.Client, encrypting *wiretap.Tap) *dynamodb.Client {
	options := plain.Options()
	tap := wiretap.New(options.HTTPClient)
	for _, op := range []string{"BatchWriteItem", "BatchGetItem"} {
		for _, tap := range []*wiretap.Tap{tap, encrypting} {
			tap.Inject(op, wiretap.Always(wiretap.Fault{Partial: true, First: 7}))
		}
	}
	options.HTTPClient = tap
	return dynamodb.New(options)
}

// requireVariety checks that the sequences came across what they are to compare.
func requireVariety(t *testing.T, tally sequence.Tally) {
	t.Helper()
	for _, what := range slices.Sorted(maps.Keys(tally)) {
		t.Logf("%5d %s", tally[what], what)
	}
	for _, what := range []string{
		"GetItem", "BatchGetItem", "TransactGetItems", "Query of several pages", "Scan of several pages", "Query ValidationException",
		"PutItem", "PutItem ConditionalCheckFailedException", "PutItem ConditionalCheckFailedException with items", "PutItem ValidationException",
		"DeleteItem", "DeleteItem ConditionalCheckFailedException with items",
		"UpdateItem", "UpdateItem ConditionalCheckFailedException with items", "UpdateItem ValidationException",
		"BatchWriteItem", "BatchWriteItem in several rounds", "BatchGetItem in several rounds", "BatchWriteItem ValidationException",
		"TransactWriteItems", "TransactWriteItems TransactionCanceledException with items",
	} {
		require.NotZero(t, tally[what], what)
	}
}

func numberFrom(t *testing.T, variable string, byDefault uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return byDefault
	}
	number, err := strconv.ParseUint(text, 10, 32)
	require.NoError(t, err, variable)
	return number
}
