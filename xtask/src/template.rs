//! A function's resources in `template.yaml`.

use crate::{Plan, Trigger};

pub(crate) fn snippet(plan: &Plan) -> String {
    let (name, id) = (plan.name(), plan.logical_id());
    let head = format!(
        "  {id}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./target/lambda/{name}/
      Policies:
        - !Ref ColdStart
"
    );
    // What it does to the table beyond that is for its author to say.
    let own = "        - Version: \"2012-10-17\"
          Statement:
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: !GetAtt Table.Arn
              Condition: { ForAllValues:StringLike: { dynamodb:LeadingKeys: [\"TENANT#*\"] } }
";
    match plan.trigger() {
        Trigger::Http { method, path } => format!(
            "{head}        - !Ref Admission
{own}      Events:
        Http:
          Type: HttpApi
          Properties: {{ ApiId: !Ref Api, Method: {method}, Path: \"{path}\" }}
"
        ),
        // It touches nothing of ours, so it may nothing.
        Trigger::Pages => format!(
            "  {id}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./target/lambda/{name}/
      Events:
        Pages:
          Type: HttpApi
          Properties: {{ ApiId: !Ref Api }}
"
        ),
        Trigger::Event { kinds } => {
            let bus = "            EventBusName: !Ref Bus\n";
            format!("{head}{own}{}", rule(plan, bus, "steward", kinds))
        }
        // Without a bus of its own a rule is on the account's, which is where services tell.
        Trigger::Service { source, detail_types } => format!("{head}{own}{}", rule(plan, "", source, detail_types)),
        Trigger::Schedule { every } => format!(
            "{head}{own}      EventInvokeConfig: {{ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 }}
      DeadLetterQueue: {{ Type: SQS, TargetArn: !GetAtt {id}DeadLetters.Arn }}
      Events:
        Schedule:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: {every}
            OmitName: true
            RetryPolicy: {{ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 }}
            DeadLetterConfig: {{ Arn: !GetAtt {id}DeadLetters.Arn }}
{}{}",
            queue(&id),
            alarm(&id, name)
        ),
        // No event: whoever may invoke it by IAM does.
        Trigger::Invoke => format!("{head}{own}"),
        Trigger::Rotation => format!(
            "{head}{own}  {id}Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref {id}
      Principal: secretsmanager.amazonaws.com
      SourceAccount: !Ref AWS::AccountId
  {id}Schedule:
    Type: AWS::SecretsManager::RotationSchedule
    DependsOn: {id}Permission
    Properties:
      SecretId: !Ref TheSecret
      RotationLambdaARN: !GetAtt {id}.Arn
      RotationRules: {{ AutomaticallyAfterDays: 90 }}
  {id}FailedAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: {name} failed.
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{{ Name: FunctionName, Value: !Ref {id} }}]
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      AlarmActions: [!Ref Alarms]
"
        ),
    }
}

/// The rule that starts a function, and where what it cannot take ends.
fn rule(plan: &Plan, bus: &str, source: &str, kinds: &[String]) -> String {
    let id = plan.logical_id();
    format!(
        "      EventInvokeConfig: {{ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21600 }}
      DeadLetterQueue: {{ Type: SQS, TargetArn: !GetAtt {id}DeadLetters.Arn }}
      Events:
        Events:
          Type: EventBridgeRule
          Properties:
{bus}            Pattern:
              source: [{source}]
              detail-type: [{}]
            RetryPolicy: {{ MaximumRetryAttempts: 20, MaximumEventAgeInSeconds: 3600 }}
            DeadLetterConfig: {{ Arn: !GetAtt {id}DeadLetters.Arn }}
{}  {id}DeadLettersPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref {id}DeadLetters]
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {{ Service: events.amazonaws.com }}
            Action: sqs:SendMessage
            Resource: !GetAtt {id}DeadLetters.Arn
            Condition: {{ ArnEquals: {{ aws:SourceArn: !GetAtt {id}Events.Arn }} }}
{}",
        kinds.join(", "),
        queue(&id),
        alarm(&id, plan.name())
    )
}

fn queue(id: &str) -> String {
    format!(
        "
  # Its line in Boundary, too: - !GetAtt {id}DeadLetters.Arn
  {id}DeadLetters:
    Type: AWS::SQS::Queue
    Properties: {{ MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true }}
"
    )
}

fn alarm(id: &str, name: &str) -> String {
    format!(
        "  {id}DeadLettersAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: {name} gave up on something. docs/runbooks/redrive-dead-letters.md
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{{ Name: QueueName, Value: !GetAtt {id}DeadLetters.QueueName }}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      AlarmActions: [!Ref Alarms]
"
    )
}
