package client_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
)

// partiQL are the operations with statements. They send a harmless one about the
// table before and the statement. Where the SDK would write a token into a request
// that passes, there is one.
var partiQL = map[string]struct {
	parameter string
	send      func(t *testing.T, db api, before, statement string) error
}{
	"ExecuteStatement": {"Statement", func(t *testing.T, db api, _, statement string) error {
		_, err := ask(t, db.ExecuteStatement, &dynamodb.ExecuteStatementInput{Statement: &statement})
		return err
	}},
	"BatchExecuteStatement": {"Statements[1].Statement", func(t *testing.T, db api, before, statement string) error {
		_, err := ask(t, db.BatchExecuteStatement, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{
			{Statement: aws.String(fmt.Sprintf(`SELECT * FROM "%s" WHERE id = 'x' AND created = 1`, before))}, {Statement: &statement}}})
		return err
	}},
	"ExecuteTransaction": {"TransactStatements[1].Statement", func(t *testing.T, db api, before, statement string) error {
		_, err := ask(t, db.ExecuteTransaction, &dynamodb.ExecuteTransactionInput{ClientRequestToken: aws.String("token"), TransactStatements: []types.ParameterizedStatement{
			{Statement: aws.String(fmt.Sprintf(`SELECT * FROM "%s" WHERE id = 'x' AND created = 1`, before))}, {Statement: &statement}}})
		return err
	}},
}

// statements are about a table.
func statements(table string) []string {
	return []string{
		fmt.Sprintf(`SELECT * FROM "%s" WHERE id = 'y' AND created = 1`, table),
		fmt.Sprintf(`INSERT INTO "%s" VALUE {'id': 'z', 'created': 1, 'email': 'alice@example.com'}`, table),
		fmt.Sprintf(`UPDATE "%s" SET "views" = 1 WHERE id = 'y' AND created = 1`, table),
		fmt.Sprintf(`DELETE FROM "%s" WHERE id = 'y' AND created = 1`, table),
	}
}

func init() {
	suite["a peer's fault: PartiQL inserts plaintext; here each operation refuses statements about protected tables"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for op, tc := range partiQL {
			for _, statement := range append(statements(w.table), fmt.Sprintf(`select email from "%s"."all"`, w.table)) {
				refused := w.requireRefused(t, tc.send(t, db, other, statement), op, tc.parameter, "")
				require.Equal(t, w.table, refused.Table)
				requireNoValues(t, refused, "alice@example.com")
			}
		}
	}

	suite["a peer's fault: PartiQL misses tables in quotes with dots; here each operation refuses what is not certain"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for op, tc := range partiQL {
			for name, statement := range map[string]string{
				"a quoted name with a dot":  `SELECT * FROM "a.b"`,
				"an ARN":                    fmt.Sprintf(`SELECT * FROM "%s"`, arn(w.table)),
				"an ARN of another table":   fmt.Sprintf(`INSERT INTO "%s" VALUE {'id': 'x'}`, arn(other)),
				"EXISTS":                    fmt.Sprintf(`EXISTS(SELECT * FROM "%s" WHERE id = 'x' AND created = 1)`, w.table),
				"EXISTS within a condition": fmt.Sprintf(`DELETE FROM "%s" WHERE id = 'x' AND EXISTS(SELECT * FROM "%s")`, other, w.table),
				"two tables":                fmt.Sprintf(`SELECT * FROM "%s", "%s"`, other, w.table),
				"an alias":                  fmt.Sprintf(`SELECT * FROM "%s" AS t`, other),
				"a comment":                 fmt.Sprintf(`SELECT * FROM /* "x" */ "%s"`, other),
				"nothing":                   "",
				"no PartiQL":                "DROP TABLE users",
				"an open quote":             fmt.Sprintf(`SELECT * FROM "%s`, other),
			} {
				t.Run(op+" of "+name, func(t *testing.T) {
					w.requireRefused(t, tc.send(t, db, other, statement), op, tc.parameter, "")
				})
			}
		}
		_, err := ask(t, db.ExecuteStatement, &dynamodb.ExecuteStatementInput{})
		w.requireRefused(t, err, "ExecuteStatement", "Statement", "")
		_, err = ask(t, db.ExecuteStatement, nil)
		w.requireRefused(t, err, "ExecuteStatement", "Statement", "")
	}

	suite["PartiQL about tables that are not declared is refused unless they are passed through"] = func(t *testing.T, w *world) {
		other := w.newTable(t)
		for name, db := range map[string]api{
			"refused":    w.users(client.Tables(doNothing(other))),
			"discovered": w.users(client.Tables(doNothing(other)), client.OtherTables(client.Discover(w.declared().Actions))),
		} {
			t.Run(name, func(t *testing.T) {
				for op, tc := range partiQL {
					for _, statement := range statements("elsewhere") {
						refused := w.requireRefused(t, tc.send(t, db, other, statement), op, tc.parameter, "")
						require.Equal(t, "elsewhere", refused.Table)
					}
				}
			})
		}
	}

	suite["PartiQL about other tables passes as it is"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for op, tc := range partiQL {
			for _, table := range []string{other, nothing} {
				for _, statement := range statements(table) {
					w.reset()
					_ = tc.send(t, db, other, statement) // the embedded store knows no PartiQL
					require.Equal(t, []string{op}, w.tap.Operations())
					require.Contains(t, fmt.Sprint(w.sent(t)), statement)
				}
			}
		}
	}

	suite["PartiQL passes unread where nothing is protected"] = func(t *testing.T, w *world) {
		db := w.open(client.OtherTables(client.PassThrough()), client.Tables(doNothing(w.table)))
		for op, tc := range partiQL {
			w.reset()
			_ = tc.send(t, db, w.table, "SELECT * FROM a.b.c.d")
			require.Equal(t, []string{op}, w.tap.Operations())
		}
	}
}
