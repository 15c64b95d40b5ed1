package partiql_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/partiql"
)

// certain are statements that DynamoDB accepts, and their tables. The tables,
// their index and their attributes are those of the integration test.
var certain = []struct{ statement, table string }{
	{`SELECT * FROM users`, "users"},
	{`SELECT * FROM Music`, "Music"},
	{`SELECT*FROM users`, "users"},
	{`select * from users where id = '1' order by id`, "users"},
	{"\r\nSELECT\t*\nFROM\rusers\n", "users"},
	{`SELECT * FROM "users"`, "users"},
	{`SELECT * FROM"Music"WHERE id='1'`, "Music"},
	{`SELECT * FROM "select"`, "select"},
	{`SELECT * FROM "my-table_2"`, "my-table_2"},
	{`SELECT * FROM users.byMail`, "users"},
	{`SELECT * FROM "users"."byMail" WHERE mail = 'users'`, "users"},
	{`SELECT * FROM users . "byMail"`, "users"},
	{`SELECT ALL mail FROM users`, "users"},
	{`SELECT mail, doc."from", entries[0], doc['x'] FROM users`, "users"},
	{`SELECT "from", " FROM Music", doc."mail" FROM users`, "users"},
	{`SELECT "a""b", "it's" FROM users WHERE "it's" = 'users'`, "users"},
	{`SELECT "\" FROM users WHERE "\" <> '" FROM Music'`, "users"},
	{`SELECT Music.n, mail FROM users`, "users"},
	{`SELECT * FROM users WHERE Music.id = '2' OR id = '1'`, "users"},
	{`SELECT * FROM users WHERE mail = 'it''s' OR mail = ' FROM Music -- /* ;' OR id = '1'`, "users"},
	{`SELECT * FROM users WHERE mail = 'a\' OR id = '1'`, "users"},
	{`SELECT * FROM users WHERE mail = '' OR id = '1'`, "users"},
	{`SELECT * FROM users WHERE mail = '"' OR id = '1' OR "'" = '"'`, "users"},
	{"SELECT * FROM users WHERE mail = '\n\x00`\u00e9\u2019' OR \"\u00e9\" = 1 OR id = '1'", "users"},
	{`SELECT * FROM users WHERE n = 1e5 OR n = 1.5E-3 OR n = .5 OR n = -5 OR a_$b != 1 OR id = '1'`, "users"},
	{`SELECT * FROM users WHERE id IN ['1', '2'] AND begins_with(mail, 'u') AND n IS MISSING`, "users"},
	{`INSERT INTO users VALUE {'id': 'new', 'FROM': 'INTO Music', 's': <<1, 2>>, 'l': [1, {'a': 'b'}]}`, "users"},
	{`insert into "Music" value {'id': 'new'}`, "Music"},
	{`UPDATE users SET n = 1 WHERE id = '1'`, "users"},
	{`UPDATE "Music" SET n = 1 SET entries = list_append(entries, ['x']) REMOVE doc WHERE id = '1' RETURNING ALL NEW *`, "Music"},
	{`update users remove mail where id = '1'`, "users"},
	{`DELETE FROM users WHERE id = '1'`, "users"},
	{`delete from "Music" where id = '1' returning all old *`, "Music"},
}

func TestTableOfACertainStatementIsNamed(t *testing.T) {
	for _, test := range certain {
		t.Run(test.statement, func(t *testing.T) {
			table, err := partiql.Table(test.statement)
			require.NoError(t, err)
			assert.Equal(t, test.table, table)
		})
	}
}

var doubtful = map[string][]string{
	"nothing":                     {``, " \n\t"},
	"an ARN or a dot in the name": {`SELECT * FROM "arn:aws:dynamodb:us-east-1:000000000000:table/users"`, `SELECT * FROM "users.byMail"`, `SELECT * FROM users."by.Mail"`},
	"a name no table has":         {`SELECT * FROM ""`, `SELECT * FROM "us""ers"`, `SELECT * FROM us$ers`, "SELECT * FROM \"users\x00\"", `SELECT * FROM "usérs"`, "SELECT * FROM \"u\u0161ers\"", `SELECT * FROM "users "`},
	"not a name":                  {`SELECT * FROM`, `SELECT * FROM ?`, `SELECT * FROM 'users'`, `SELECT * FROM (users)`, `SELECT * FROM 1`, `SELECT * FROM my-table`, `SELECT * FROM WHERE id = '1'`, `UPDATE SET SET n = 1`},
	"a path that is no index":     {`SELECT * FROM users.byMail.x`, `SELECT * FROM users.*`, `SELECT * FROM users[0]`, `SELECT * FROM users.`},
	"an index that is written":    {`INSERT INTO users.byMail VALUE {'id': '1'}`, `UPDATE users.byMail SET n = 1 WHERE id = '1'`, `DELETE FROM "users"."byMail" WHERE id = '1'`},
	"a nested statement": {
		`EXISTS(SELECT * FROM users WHERE id = '1')`, `SELECT * FROM (SELECT * FROM users)`, `SELECT (SELECT id FROM users`,
		`SELECT * FROM users WHERE EXISTS(SELECT * FROM Music)`, `SELECT * FROM users WHERE id IN (SELECT id FROM Music)`,
		`INSERT INTO users VALUE (SELECT * FROM Music)`, `UPDATE users SET n = (SELECT n FROM Music) WHERE id = '1'`,
	},
	"a second source": {
		`SELECT * FROM users, Music`, `SELECT * FROM users JOIN Music ON true`, `SELECT * FROM users CROSS JOIN Music`, `SELECT * FROM UNPIVOT users`,
		`SELECT * FROM users UNION SELECT * FROM Music`, `SELECT * FROM users WHERE id = '1' UNION Music`, `DELETE FROM users, Music WHERE id = '1'`,
		`UPDATE users SET n = 1 INSERT INTO Music VALUE {'id': '1'}`, `UPDATE users SET n = 1 WHERE id = '1' UPDATE Music SET n = 1`,
		`SELECT * FROM users WHERE n = 1e5 FROM Music`, `SELECT from FROM users`, `SELECT UNPIVOT FROM users`, `SELECT INSERT INTO Music FROM users`,
	},
	"a function over a source": {`SELECT TRIM('x' FROM users) FROM Music`, `SELECT TRIM('x' FROM users WHERE id = '1'`, `SELECT * FROM users WHERE EXTRACT(YEAR FROM Music) = 1`},
	"an alias":                 {`SELECT * FROM users u`, `SELECT * FROM users AS Music`, `SELECT * FROM users AT Music`, `UPDATE users u SET n = 1`, `INSERT INTO users AS u VALUE {'id': '1'}`, `DELETE FROM users AS u WHERE u.id = '1'`},
	"a comment":                {`SELECT * FROM users -- Music`, `SELECT * FROM users /* Music */`, `SELECT * FROM --users`, `SELECT * FROM users WHERE n = 1--1`},
	"an open quote":            {`SELECT * FROM "users`, `SELECT * FROM users WHERE id = '1`, `SELECT * FROM users WHERE id = '1''`, `SELECT * FROM users WHERE mail = '\''`, `SELECT * FROM users WHERE id = '`},
	"another kind":             {`FROM users WHERE id = '1' SET n = 1`, `REPLACE INTO users VALUE {'id': '1'}`, `CREATE TABLE users`, `EXPLAIN SELECT * FROM users`, `PIVOT x AT y FROM users`, `"SELECT" * FROM users`, `(SELECT * FROM users)`, `WITH x AS (SELECT * FROM users) SELECT * FROM x`},
	"another clause":           {`SELECT * FROM users LIMIT 1`, `SELECT * FROM users GROUP BY id`, `INSERT INTO users VALUES ({'id': '1'})`, `INSERT INTO users <<{'id': '1'}>>`, `INSERT users VALUE {'id': '1'}`, `DELETE users WHERE id = '1'`, `DELETE FROM users`, `UPDATE users`, `INSERT INTO users`},
	"a semicolon":              {`SELECT * FROM users; SELECT * FROM Music`, `SELECT * FROM users;`},
	"an unknown character": {
		"SELECT *\x00FROM users", "SELECT *\x0bFROM users", "SELECT *\u00a0FROM users", "\ufeffSELECT * FROM users", "\u017fELECT * FROM users",
		"SELECT * FROM `users`", `SELECT * FROM @users`, `SELECT * FROM usérs`, "SELECT * FROM users WHERE id = \xff", "SELECT * FROM users WHERE id = '\xe2'", `SELECT * FROM users WHERE n = 4 / 2`,
	},
	"a number that runs into a word": {`SELECT * FROM users WHERE n = 1FROM Music`, `SELECT a.1e5FROM users`, `SELECT * FROM users WHERE n = 1OR id = '1'`},
}

func TestDoubtfulStatementIsRefused(t *testing.T) {
	for reason, statements := range doubtful {
		for _, statement := range statements {
			t.Run(reason+": "+statement, func(t *testing.T) {
				table, err := partiql.Table(statement)
				require.Error(t, err)
				assert.Empty(t, table)
			})
		}
	}
}

func TestErrorQuotesNothingOfTheStatement(t *testing.T) {
	for _, statement := range []string{
		`SELECT * FROM users WHERE id = 'hush' UNION`, `SELECT * FROM users WHERE id = 'hush`, `SELECT * FROM 'hush'`, `'hush'`,
		`SELECT * FROM "hush:hush"`, `hush`, `SELECT * FROM users hush`, `UPDATE hush`, `SELECT hush(`, `SELECT * FROM users WHERE id = 1hush`, `INSERT hush`,
	} {
		t.Run(statement, func(t *testing.T) {
			_, err := partiql.Table(statement)
			assert.ErrorContains(t, err, "at byte ")
			assert.NotContains(t, err.Error(), "hush")
		})
	}
}

func FuzzTable(f *testing.F) {
	for _, test := range certain {
		f.Add(test.statement)
	}
	for _, statements := range doubtful {
		for _, statement := range statements {
			f.Add(statement)
		}
	}
	f.Fuzz(func(t *testing.T, statement string) {
		table, err := partiql.Table(statement)
		if err != nil {
			assert.Empty(t, table)
			return
		}
		assert.NotEmpty(t, table)
		assert.Contains(t, statement, table)
		assert.False(t, strings.ContainsAny(table, `."':`))
		// What is certain about a statement stays so among more white space.
		again, err := partiql.Table("\n" + statement + " \t")
		require.NoError(t, err)
		assert.Equal(t, table, again)
	})
}
