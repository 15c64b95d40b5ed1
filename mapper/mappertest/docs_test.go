package mappertest_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/mapper/mappertest"
)

// The code of the page is in this file and in that of the examples, line by line.
func TestTheCodeOfThePageIsRun(t *testing.T) {
	page, err := os.ReadFile("../../docs/testing.md")
	require.NoError(t, err)
	var program string
	for _, file := range []string{"docs_test.go", "example_test.go"} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		program += unindented(string(source))
	}
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		// What the page shows as one block may be apart here.
		for part := range strings.SplitSeq(block[1], "\n\n") {
			require.Contains(t, program, unindented(part))
		}
	}
}

func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "\t "))
	}
	return b.String()
}

// Upgrade gives a customer the best plan.
func Upgrade(ctx context.Context, customers *mapper.Mapper[Customer], id string) error {
	customer, err := customers.Load(ctx, id)
	if err != nil {
		return err
	}
	customer.Plan = "gold"
	return customers.Save(ctx, &customer)
}

func setUp(t *testing.T) (*mappertest.Env, *mapper.Mapper[Customer]) {
	env := mappertest.New(t)
	customers, err := mapper.New[Customer](env.DynamoDB(), env.Encryptor())
	require.NoError(t, err)
	require.NoError(t, customers.CreateTable(t.Context()))
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice", Email: "alice@example.com", Plan: "free"}))
	return env, customers
}

func TestUpgrade(t *testing.T) {
	_, customers := setUp(t)
	require.NoError(t, Upgrade(t.Context(), customers, "alice"))
	alice, err := customers.Load(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, "gold", alice.Plan)
}

func TestNothingOfTheAddressIsReadable(t *testing.T) {
	env, _ := setUp(t)
	for _, stored := range env.Items("customers") {
		require.NotContains(t, fmt.Sprintf("%q", stored["email"]), "alice")
	}
}

func TestAChangedPlanIsRefused(t *testing.T) {
	env, customers := setUp(t)
	stored := env.Items("customers")[0]
	stored["plan"] = &types.AttributeValueMemberS{Value: "gold"}
	env.Replace("customers", stored)
	require.ErrorIs(t, Upgrade(t.Context(), customers, "alice"), crypto.ErrSignature)
}

func TestLostAnswersAndThrottling(t *testing.T) {
	env, customers := setUp(t)
	before := env.Count("PutItem")
	env.Fail("PutItem", mappertest.CutAfter(), mappertest.Throttle())
	require.NoError(t, Upgrade(t.Context(), customers, "alice"))
	require.Equal(t, 3, env.Count("PutItem")-before)

	env.FailAlways("GetItem", mappertest.Throttle())
	var throttled *types.ThrottlingException
	require.ErrorAs(t, Upgrade(t.Context(), customers, "alice"), &throttled)
}

func TestUpgradeGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env, customers := setUp(t)
		env.Fail("GetItem", mappertest.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		require.ErrorIs(t, Upgrade(ctx, customers, "alice"), context.DeadlineExceeded)
	})
}

func TestWithoutRetriesACallIsOneRequest(t *testing.T) {
	env := mappertest.New(t)
	db := env.DynamoDB(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	env.FailAlways("ListTables", mappertest.Throttle())
	_, err := db.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.Error(t, err)
	require.Equal(t, 1, env.Count(""))
}

func TestSaveWithoutTheKeyOfKMS(t *testing.T) {
	env, _ := setUp(t)
	provider, err := cmp.NewKMS(env.KMS(), env.KMSKey())
	require.NoError(t, err)
	customers, err := mapper.New[Customer](env.DynamoDB(), crypto.NewEncryptor(provider))
	require.NoError(t, err)

	env.FailAlways("GenerateDataKey", mappertest.Error("DisabledException"))
	err = customers.Save(t.Context(), &Customer{ID: "bob"})
	require.ErrorIs(t, err, crypto.ErrKeyUnavailable)
}

func TestClientsOfTheProgram(t *testing.T) {
	env := mappertest.New(t)
	cfg := env.Config()
	db, keys := dynamodb.NewFromConfig(cfg), kms.NewFromConfig(cfg)
	require.NoError(t, createTable(db, "customers"))
	_, err := keys.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String(env.KMSKey())})
	require.NoError(t, err)
}
