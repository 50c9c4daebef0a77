"""moto's server with state machines that are executed, and with ECS at the address in ECS_ENDPOINT.

moto interprets the Amazon States Language by LocalStack's interpreter, but was never made to run tasks of ECS to their end. What is
different here from moto 5.2.1 is what AWS does; it reaches into moto's insides, so the version is pinned.
"""
import copy
import os
import time

import boto3
import botocore.session
from botocore.config import Config
from botocore.response import StreamingBody
from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import StateTaskServiceAwsSdk
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import StateTaskServiceEcs
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

POLL_SECONDS = 0.1
API = botocore.session.get_session().get_service_model("ecs")


def ecs_client(region):
    """ECS is not moto's, which keeps books of tasks and runs none."""
    return boto3.client(
        "ecs", region_name=region, endpoint_url=os.environ["ECS_ENDPOINT"], aws_access_key_id="states", aws_secret_access_key="states",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))


def failed(service, env, error_name, error, cause):
    """A failure as an execution's history and its Catch see it."""
    details = TaskFailedEventDetails(
        error=error, cause=cause, resource=service._get_sfn_resource(), resourceType=service._get_sfn_resource_type())
    return FailureEventException(FailureEvent(
        env=env, error_name=error_name, event_type=HistoryEventType.TaskFailed, event_details=EventDetails(taskFailedEventDetails=details)))


def run_task(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    """Starts a task. What ECS refuses as a whole has its own error name; what it cannot place is AmazonECS.Unknown."""
    ecs = ecs_client(resource_runtime_part.region)
    request = copy.deepcopy(normalised_parameters)
    # The language writes Cluster where the API has cluster, and so on all the way down.
    self._to_boto_request(request, API.operation_model("RunTask").input_shape)
    try:
        answer = ecs.run_task(**request)
    except ecs.exceptions.ClientError as e:
        name = "ECS." + e.response["Error"]["Code"]
        raise failed(self, env, CustomErrorName(name), name, e.response["Error"]["Message"])
    if answer["failures"]:
        raise failed(self, env, CustomErrorName("AmazonECS.Unknown"), "AmazonECS.Unknown", to_json_str(answer["failures"]))
    env.stack.append({"Tasks": [{"TaskArn": answer["tasks"][0]["taskArn"], "ClusterArn": answer["tasks"][0]["clusterArn"]}]})


def wait_for_task(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    """Waits until the task stopped. A container that did not end with 0 fails the state, with the task's description for a cause.
    Out of time, the task is stopped."""
    ecs = ecs_client(resource_runtime_part.region)
    started = env.stack.pop()["Tasks"][0]
    while env.is_running():
        answer = ecs.describe_tasks(cluster=started["ClusterArn"], tasks=[started["TaskArn"]])
        if answer["tasks"][0]["lastStatus"] == "STOPPED":
            answer.pop("ResponseMetadata")
            self._from_boto_response(answer, API.operation_model("DescribeTasks").output_shape)
            task = answer["Tasks"][0]
            if all(container.get("ExitCode") == 0 for container in task["Containers"]):
                env.stack.append(task)
                return
            raise failed(self, env, StatesErrorName(StatesErrorNameType.StatesTaskFailed), "States.TaskFailed", to_json_str(task))
        time.sleep(POLL_SECONDS)
    ecs.stop_task(cluster=started["ClusterArn"], task=started["TaskArn"], reason="States.Timeout")


def call_sdk(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    """The content of an object is text in the result, and so is a time."""
    evaluate(self, env, resource_runtime_part, normalised_parameters, state_credentials)
    answer = env.stack.pop()
    for name, value in answer.items():
        if isinstance(value, StreamingBody):
            answer[name] = value.read().decode()
        elif not isinstance(value, (str, int, float, bool, dict, list, type(None))):
            answer[name] = str(value)
    env.stack.append(answer)


def copy_machine(self, memo):
    """Each execution begins with a copy of its machine, which must not hold the threads of the executions before."""
    machine = copy.copy(self)
    machine.executions = []
    return machine


default_user_config["stepfunctions"]["execute_state_machine"] = True
StateTaskServiceEcs._eval_service_task = run_task
StateTaskServiceEcs._eval_integration_pattern = wait_for_task
evaluate = StateTaskServiceAwsSdk._eval_service_task
StateTaskServiceAwsSdk._eval_service_task = call_sdk
StateMachine.__deepcopy__ = copy_machine

if __name__ == "__main__":
    main()
